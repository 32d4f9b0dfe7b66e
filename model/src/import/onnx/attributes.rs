//! Attributes of an operator. One that the importer does not know is refused, as it may change the result.

use super::Result;
use super::proto::{Attribute, Node, Tensor, attribute};
use crate::import::Problem;

/// The attributes of an operator.
pub struct Attributes<'a>(&'a [Attribute]);

impl<'a> Attributes<'a> {
    /// Those of a node; all must be among `known`.
    pub fn new(node: &'a Node, known: &[&str]) -> Result<Self> {
        match node.attribute.iter().find(|attribute| !known.contains(&attribute.name.as_str())) {
            Some(unknown) => Err(Problem::Attribute { what: format!("attribute `{}`", unknown.name) }),
            None => Ok(Self(&node.attribute)),
        }
    }

    fn get(&self, name: &str, kind: i32) -> Result<Option<&'a Attribute>> {
        match self.0.iter().find(|attribute| attribute.name == name) {
            Some(found) if found.kind != kind => {
                Err(Problem::Attribute { what: format!("attribute `{name}` of kind {}", found.kind) })
            }
            found => Ok(found),
        }
    }

    /// An integer.
    pub fn int(&self, name: &str) -> Result<Option<i64>> {
        Ok(self.get(name, attribute::INT)?.map(|found| found.i))
    }

    /// Integers.
    pub fn ints(&self, name: &str) -> Result<Option<&'a [i64]>> {
        Ok(self.get(name, attribute::INTS)?.map(|found| &found.ints[..]))
    }

    /// A real number.
    pub fn float(&self, name: &str) -> Result<Option<f32>> {
        Ok(self.get(name, attribute::FLOAT)?.map(|found| found.f))
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>> {
        let bytes = self.get(name, attribute::STRING)?.map(|found| &found.s[..]);
        let refused = || Problem::Attribute { what: format!("attribute `{name}`, which is no text,") };
        bytes.map(|bytes| str::from_utf8(bytes).map_err(|_| refused())).transpose()
    }

    /// A tensor.
    pub fn tensor(&self, name: &str) -> Result<Option<&'a Tensor>> {
        Ok(self.get(name, attribute::TENSOR)?.and_then(|found| found.t.as_ref()))
    }

    /// Two numbers from 1 to 255, both 1 if absent.
    pub fn pair(&self, name: &str) -> Result<(usize, usize)> {
        let ints = self.ints(name)?.unwrap_or(&[1, 1]);
        let side = |at: i64| u8::try_from(at).ok().filter(|&side| side > 0).map(usize::from);
        let pair = match *ints {
            [h, w] => side(h).zip(side(w)),
            _ => None,
        };
        pair.ok_or_else(|| Problem::Attribute { what: format!("{name} {ints:?}") })
    }

    /// An integer that must have one value, which it has if absent.
    pub fn expect(&self, name: &str, value: i64) -> Result<()> {
        match self.int(name)? {
            Some(found) if found != value => {
                Err(Problem::Attribute { what: format!("attribute `{name}` {found}") })
            }
            _ => Ok(()),
        }
    }
}
