//! Points at which a test ends or stops this process, to show that a crash there loses nothing and
//! does nothing twice.
//!
//! `failpoint!("refresh.after_answer")` stands where the process may die between two steps that
//! belong together. A release has none of them: they are compiled away. Elsewhere they sleep unless
//! the environment of the process arms one: `HUNTAZE_FAILPOINT=name`, `name:3` for the third time
//! it is reached, `name!stop` to be stopped (SIGSTOP) instead of killed. There is no setting for it
//! in any file, so that nobody arms one by accident.

/// Marks a point. It is a statement: `failpoint!("disconnect.after_commit");`
macro_rules! failpoint {
    ($name:literal) => {
        #[cfg(debug_assertions)]
        $crate::server::failpoint::armed::reach($name);
    };
}
pub(crate) use failpoint;

#[cfg(debug_assertions)]
pub(crate) mod armed {
    use std::process::Command;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static ARMED: LazyLock<Option<Armed>> =
        LazyLock::new(|| Armed::read(&std::env::var("HUNTAZE_FAILPOINT").ok()?));

    struct Armed {
        name: String,
        /// How many times it is still passed, this one included.
        left: AtomicU32,
        stops: bool,
    }

    impl Armed {
        /// Nothing for what is not understood: the point is never reached, and the test that waits
        /// for it fails.
        fn read(text: &str) -> Option<Self> {
            let (text, stops) =
                text.strip_suffix("!stop").map_or((text, false), |text| (text, true));
            let (name, nth) = text.split_once(':').unwrap_or((text, "1"));
            Some(Self { name: name.to_owned(), left: AtomicU32::new(nth.parse().ok()?), stops })
        }
    }

    /// Ends or stops the process when this point is the armed one and its turn has come.
    pub(crate) fn reach(name: &str) {
        let Some(armed) = ARMED.as_ref().filter(|armed| armed.name == name) else { return };
        if armed.left.fetch_sub(1, Ordering::SeqCst) != 1 {
            return;
        }
        if armed.stops { stop() } else { std::process::abort() }
    }

    /// Every thread of the process stands still until somebody sends SIGCONT. It is this one that
    /// is named, because it takes the signal before it does anything else; if the process were,
    /// this thread could get as far as it liked until another one took it.
    fn stop() {
        let thread = std::fs::read_link("/proc/thread-self")
            .ok()
            .and_then(|link| Some(link.file_name()?.to_str()?.to_owned()));
        let whom = thread.unwrap_or_else(|| std::process::id().to_string());
        let told = Command::new("sh").args(["-c", "kill -s STOP \"$0\"", &whom]).status();
        assert!(
            told.is_ok_and(|status| status.success()),
            "a process that can't stop itself proves nothing"
        );
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn read(text: &str) -> Option<(String, u32, bool)> {
            Armed::read(text).map(|armed| (armed.name, armed.left.into_inner(), armed.stops))
        }

        #[test]
        fn a_point_is_armed_by_name_turn_and_way() {
            assert_eq!(read("refresh.before_send"), Some(("refresh.before_send".into(), 1, false)));
            assert_eq!(
                read("refresh.before_send:3"),
                Some(("refresh.before_send".into(), 3, false))
            );
            assert_eq!(
                read("refresh.before_send:2!stop"),
                Some(("refresh.before_send".into(), 2, true))
            );
            assert_eq!(read("refresh.before_send:soon"), None);
        }
    }
}
