//! Several purgedecks on one server, and connections that end at the worst moment.

use std::thread;
use std::time::Instant;

use super::journal::{done, queue, sender, step};
use super::*;
use crate::domain::journal::JournalState;
use crate::store::{Duty, Lease, StepDetails, StepOutcome, StoreFailure};

/// Runs a test on an empty store on a server, where one can be started.
fn on_server(test: impl Fn(&Home)) {
    if Cluster::shared().is_some() {
        test(&Home::on(Ground::Server));
    }
}

fn send() -> Duty {
    Duty::Send("gcore-prod".into())
}

/// Ends all connections to a store.
fn cut(home: &Home) {
    home.sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
}

#[test]
fn nobody_sends_without_the_lease_and_who_lost_it_does_not_either() {
    use JournalState::{Accepted, Cancelled, Queued, Sending};

    on_server(|home| {
        let (mut one, mut other) = (sender(home), home.again().writer().unwrap());
        let (first, second) = (queue(&mut one, "/a").id, queue(&mut one, "/b").id);
        let now = StepDetails::at(at(4));
        assert_eq!(other.step(&first, Queued, Sending, &now), Err(StoreFailure::LeaseLost));
        assert!(matches!(other.lease(&send()), Ok(Lease::HeldBy(Some(_)))));
        assert!(step(&mut other, &second, Queued, Cancelled, 4).is_some(), "anybody may");
        let sent = step(&mut one, &first, Queued, Sending, 5).unwrap();
        assert!(step(&mut one, &first, Sending, Queued, 6).is_some());
        cut(home);
        // The next call connects again, without what went with the connection.
        assert_eq!(one.step(&first, Queued, Sending, &now), Err(StoreFailure::LeaseLost));
        assert_eq!(one.holds(&send()), Ok(false));
        assert_eq!(other.lease(&send()), Ok(Lease::Held));
        assert!(step(&mut other, &first, Queued, Sending, 7).is_some());
        // The answer to what was sent over the lost connection arrives late.
        let late = StepDetails { sent_at: sent.sent_at, ..StepDetails::at(at(8)) };
        let late = one.step(&first, Sending, Accepted, &late).unwrap();
        assert_eq!(late, StepOutcome::Refused { found: Some(Sending) });
        assert!(step(&mut other, &first, Sending, Accepted, 9).is_some());
    });
}

#[test]
fn a_step_whose_connection_ends_at_the_commit_is_not_taken_and_says_so() {
    use JournalState::{Queued, Sending};

    on_server(|home| {
        let mut writer = sender(home);
        let id = queue(&mut writer, "/a").id;
        home.sql(
            "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
             CREATE CONSTRAINT TRIGGER die AFTER UPDATE ON journal DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION die()",
        );
        let lost = writer.step(&id, Queued, Sending, &StepDetails::at(at(4)));
        assert!(matches!(lost, Err(StoreFailure::Unreachable(_))), "{lost:?}");
        home.sql("DROP TRIGGER die ON journal");
        let entry = home.reader().journal_entry(&id).unwrap().unwrap();
        assert_eq!((entry.state, entry.sent_at), (Queued, None));
        assert_eq!(writer.holds(&send()), Ok(false), "it went with the connection");
        // The session that was lost may have yet to end.
        let begun = Instant::now();
        while writer.lease(&send()) != Ok(Lease::Held) {
            assert!(begun.elapsed() < Duration::from_secs(20), "its lease does not end with it");
            thread::yield_now();
        }
        assert!(step(&mut writer, &id, Queued, Sending, 5).is_some());
    });
}

#[test]
fn a_step_that_was_committed_is_done_though_its_connection_ended_before_the_answer() {
    use JournalState::{Queued, Sending};

    let Some(cluster) = Cluster::start() else { return };
    let home = Home::at(cluster.database());
    let sql = |sql: &str| cluster.sql(&home.database().unwrap(), sql);
    let mut writer = sender(&home);
    let id = queue(&mut writer, "/a").id;
    // Whoever has committed waits for another server, which there is not.
    let wait = |whom: &str| {
        sql(&format!("ALTER SYSTEM SET synchronous_standby_names = '{whom}'"));
        sql("SELECT pg_reload_conf()");
    };
    wait("nobody");
    let stepped = thread::scope(|scope| {
        let stepping = scope.spawn(|| writer.step(&id, Queued, Sending, &StepDetails::at(at(4))));
        let end = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
                   WHERE wait_event = 'SyncRep' AND query = 'COMMIT'";
        while sql(end) != "1" {
            assert!(!stepping.is_finished(), "it does not wait");
        }
        stepping.join().unwrap()
    });
    assert_eq!(done(stepped.unwrap()).state, Sending);
    wait("");
    assert_eq!(writer.holds(&send()), Ok(false), "it went with the connection");
    assert_eq!(home.reader().journal_entry(&id).unwrap().unwrap().state, Sending);
}

#[test]
fn a_write_that_fails_half_way_stores_nothing() {
    on_server(|home| {
        home.sql(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'no'; END $$;
             CREATE TRIGGER fail BEFORE INSERT ON purge FOR EACH ROW WHEN (new.id = 'bad')
             EXECUTE FUNCTION fail();
             CREATE TRIGGER fail BEFORE INSERT ON journal_step EXECUTE FUNCTION fail()",
        );
        let mut writer = home.writer();
        let mut purges: Vec<_> = (0..5_000).map(|id| purge(&id.to_string(), id)).collect();
        purges.push(purge("bad", 9_000));
        assert!(writer.record(&purges, at(9)).is_err());
        assert!(writer.enqueue(&[everything("www.site.com")], at(1)).is_err());
        let stored = "SELECT (SELECT count(*) FROM purge), (SELECT count(*) FROM word),
                             (SELECT count(*) FROM account), (SELECT count(*) FROM journal)";
        assert_eq!(home.sql(stored), ["0|0|0|0"]);
        home.sql("DROP TRIGGER fail ON purge; DROP TRIGGER fail ON journal_step");
        assert_eq!(writer.record(&purges, at(9)).unwrap().new, 5_001);
        assert_eq!(home.purges().len(), 5_001);
        assert_eq!(home.reader().check(), Ok(Vec::new()));
        assert_eq!(writer.enqueue(&[everything("www.site.com")], at(1)).unwrap().len(), 1);
    });
}

#[test]
fn two_who_record_the_same_at_once_store_it_once() {
    on_server(|home| {
        let purges: Vec<_> = (0..600).map(|id| purge(&id.to_string(), id % 50)).collect();
        let new = thread::scope(|scope| {
            let writers = [0, 1, 2].map(|turn| {
                let mut purges = purges.clone();
                purges.rotate_left(turn * 200);
                let mut writer = home.again().writer().unwrap();
                scope.spawn(move || {
                    let batches = purges.chunks(50);
                    batches.map(|batch| writer.record(batch, at(9)).unwrap().new).sum::<u64>()
                })
            });
            writers.map(|writer| writer.join().unwrap()).iter().sum::<u64>()
        });
        assert_eq!((new, home.purges().len()), (600, 600));
        assert_eq!(home.reader().check(), Ok(Vec::new()));
    });
}
