//! What is done beside a work as long as it takes, and never in its stead: who prolongs a lease
//! while a platform or a job takes its time may have to wait for the database, and the work must
//! not. On SQLite it may even be the work that the database waits for.

use std::convert::Infallible;
use std::time::Duration;

/// The work's answer, with `aside` done now and then as long as there is none.
pub async fn while_repeating<Answer, Aside: Future<Output = ()>>(
    work: impl Future<Output = Answer>,
    every: Duration,
    aside: impl Fn() -> Aside,
) -> Answer {
    tokio::select! {
        answer = work => answer,
        never = repeat(every, aside) => match never {},
    }
}

async fn repeat<Aside: Future<Output = ()>>(
    every: Duration,
    aside: impl Fn() -> Aside,
) -> Infallible {
    loop {
        tokio::time::sleep(every).await;
        aside().await;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::sync::Notify;

    use super::*;

    const MOMENT: Duration = Duration::from_millis(1);

    // T6: the lease can't be prolonged, because the database does not answer; the platform does.
    #[tokio::test]
    async fn an_answer_is_read_although_the_database_hangs() {
        let hangs = Notify::new();
        let platform = async {
            hangs.notified().await;
            "a token"
        };
        let answer = while_repeating(platform, MOMENT, || {
            hangs.notify_one();
            std::future::pending()
        });
        let answer = tokio::time::timeout(Duration::from_secs(10), answer).await;
        assert_eq!(answer, Ok("a token"));
    }

    #[tokio::test]
    async fn a_lease_is_prolonged_as_long_as_the_platform_takes() {
        let (prolonged, enough) = (Cell::new(0), Notify::new());
        while_repeating(enough.notified(), MOMENT, || {
            prolonged.set(prolonged.get() + 1);
            if prolonged.get() == 3 {
                enough.notify_one();
            }
            std::future::ready(())
        })
        .await;
        assert_eq!(prolonged.get(), 3);
    }
}
