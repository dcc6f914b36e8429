//! A sweep over many lines goes on past one that it cannot settle: that one must not keep the
//! others waiting.

use super::{Error, Result};

/// What a sweep came to so far.
#[derive(Default)]
pub struct Sweep {
    failure: Option<Error>,
}

impl Sweep {
    /// Takes note of one line; its error is logged and does not stop the sweep.
    pub fn record(&mut self, line: Result<()>) {
        if let Err(error) = line {
            tracing::warn!("sweep skipped an item: {error}");
            self.failure.get_or_insert(error);
        }
    }

    /// The first failure, so that the sweep is made again.
    pub fn finish(self) -> Result<()> {
        self.failure.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_goes_on_and_fails_by_its_first_failure() {
        let mut sweep = Sweep::default();
        for line in [Ok(()), Err(Error::NotFound("first")), Err(Error::Refreshing), Ok(())] {
            sweep.record(line);
        }
        assert!(matches!(sweep.finish(), Err(Error::NotFound("first"))));
        assert!(Sweep::default().finish().is_ok());
    }
}
