//! Stages one after another.

use super::Stage;

/// Several stages as one: readiness runs backwards through them, beats forwards, one register each.
///
/// An empty chain is not possible: it has a first stage, and any number behind it.
pub struct Chain {
    first: Box<dyn Stage + Send>,
    rest: Vec<Box<dyn Stage + Send>>,
}

impl Chain {
    /// A chain of one stage.
    pub fn new(first: impl Stage + Send + 'static) -> Self {
        Self { first: Box::new(first), rest: Vec::new() }
    }

    /// The chain with one more stage behind it.
    pub fn then(mut self, stage: impl Stage + Send + 'static) -> Self {
        self.rest.push(Box::new(stage));
        self
    }

    fn last(&self) -> &dyn Stage {
        self.rest.last().unwrap_or(&self.first).as_ref()
    }
}

impl Stage for Chain {
    fn ready(&self, down_ready: bool) -> bool {
        let behind = self.rest.iter().rev().fold(down_ready, |ready, stage| stage.ready(ready));
        self.first.ready(behind)
    }

    fn valid(&self) -> bool {
        self.last().valid()
    }

    fn data(&self) -> &[i8] {
        self.last().data()
    }

    /// Last stage first, so that each sees its neighbours as they were before the edge.
    fn clock(&mut self, offered: Option<&[i8]>, down_ready: bool) {
        let mut down = down_ready;
        for i in (0..self.rest.len()).rev() {
            let (before, from) = self.rest.split_at_mut(i);
            let up: &dyn Stage = before.last().unwrap_or(&self.first).as_ref();
            let ready = from[0].ready(down);
            from[0].clock(up.output(), down);
            down = ready;
        }
        self.first.clock(offered, down);
    }

    fn reset(&mut self) {
        self.first.reset();
        self.rest.iter_mut().for_each(|stage| stage.reset());
    }
}
