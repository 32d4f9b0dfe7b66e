//! Which side of a tensor is the rows, which the columns, which the channels.

use super::view::{Factor, View};
use crate::graph::Shape;

/// What a side of a tensor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Batch,
    Row,
    Column,
    Channel,
}

/// An order of sides. The graph's memory is NHWC in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// From the last side on: channels, columns, rows. Any rank.
    Nhwc,
    /// ONNX's own order for images. Rank 4.
    Nchw,
}

impl Order {
    /// What the sides are.
    pub fn roles(self, rank: usize) -> Option<Vec<Role>> {
        let trailing = |at: usize| match rank - at {
            1 => Role::Channel,
            2 => Role::Column,
            3 => Role::Row,
            _ => Role::Batch,
        };
        match (self, rank) {
            (Self::Nhwc, _) => Some((0..rank).map(trailing).collect()),
            (Self::Nchw, 4) => Some(vec![Role::Batch, Role::Channel, Role::Row, Role::Column]),
            (Self::Nchw, _) => None,
        }
    }

    /// The image with these sides; `None` if it is none of one batch.
    pub fn shape(self, dims: &[usize]) -> Option<Shape> {
        let mut shape = Shape::new(1, 1, 1);
        for (role, &dim) in self.roles(dims.len())?.into_iter().zip(dims) {
            match role {
                Role::Batch if dim != 1 => return None,
                Role::Batch => {}
                Role::Row => shape.h = dim,
                Role::Column => shape.w = dim,
                Role::Channel => shape.c = dim,
            }
        }
        Some(shape)
    }

    /// An image in memory, seen as a tensor of this rank.
    pub fn view(self, shape: Shape, rank: usize) -> Option<View> {
        let Shape { h, w, c } = shape;
        let factor = |role: Role| match role {
            Role::Batch => Factor { size: 1, stride: 0 },
            Role::Row => Factor { size: h, stride: w * c },
            Role::Column => Factor { size: w, stride: c },
            Role::Channel => Factor { size: c, stride: 1 },
        };
        let axis = |role: Role| [factor(role)].into_iter().filter(|factor| factor.size > 1).collect();
        Some(View::new(self.roles(rank)?.into_iter().map(axis).collect()))
    }

    /// The image that a tensor is in this order; `None` if its memory is in another.
    pub fn image(self, view: &View) -> Option<Shape> {
        let shape = self.shape(&view.dims())?;
        (self.view(shape, view.rank()).as_ref() == Some(view)).then_some(shape)
    }

    /// The side with a role.
    pub fn side(self, rank: usize, role: Role) -> Option<usize> {
        self.roles(rank)?.iter().position(|&found| found == role)
    }
}
