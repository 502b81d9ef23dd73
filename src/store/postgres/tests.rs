//! Connections, leases and news, on a server of the tests' own.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::sync::mpsc::UnboundedReceiver;

use super::writer::StorePart;
use super::{PasswordSource, PostgresStore, PostgresWriter, ServerAccess};
use crate::cluster::Cluster;
use crate::domain::purge::Purge;
use crate::domain::query::SummaryQuery;
use crate::domain::secret::Secret;
use crate::domain::store_address::StoreAddress;
use crate::store::{Access, Duty, Lease, StoreFailure, StoreNews};
use crate::testing;

/// A database, and a place for what stays local.
struct Home {
    cluster: &'static Cluster,
    url: String,
    directory: tempfile::TempDir,
}

impl Home {
    fn new(cluster: &'static Cluster) -> Self {
        Self { cluster, url: cluster.database(), directory: tempfile::tempdir().unwrap() }
    }

    fn open(&self, access: Access) -> Result<PostgresStore, StoreFailure> {
        self.open_url(&self.url, access)
    }

    fn open_url(&self, url: &str, access: Access) -> Result<PostgresStore, StoreFailure> {
        let own = self.directory.path().join("own.db");
        let opened = PostgresStore::connect(&access_to(url), &own, access);
        opened.map(|store| store.operated_by(testing::operator()))
    }

    fn store(&self) -> PostgresStore {
        self.open(Access::ReadWrite).unwrap()
    }

    fn database(&self) -> &str {
        self.url.split(['/', '?']).nth(3).unwrap()
    }

    fn sql(&self, sql: &str) -> String {
        self.cluster.sql(self.database(), sql)
    }

    /// Ends all connections to the database.
    fn cut(&self) {
        self.sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
    }
}

fn access_to(url: &str) -> ServerAccess {
    let Ok(StoreAddress::Server(address)) = StoreAddress::parse(url) else { unreachable!() };
    ServerAccess { address, password: None }
}

fn keep(writer: &mut PostgresWriter, name: &str) -> Result<(), StoreFailure> {
    writer.write(StorePart::Journal, |transaction| {
        let insert = "INSERT INTO kept (name, value) VALUES ($1, '')";
        transaction.execute(insert, &[&name]).map(drop)
    })
}

fn told(news: &mut UnboundedReceiver<StoreNews>) -> StoreNews {
    let told = async { tokio::time::timeout(Duration::from_secs(20), news.recv()).await };
    super::server::network().unwrap().block_on(told).unwrap().unwrap()
}

#[test]
fn of_two_writers_one_has_a_duty_until_it_is_given_back_or_its_connection_ends() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::new(cluster);
    let (mut one, mut other) = (home.store().writer().unwrap(), home.store().writer().unwrap());
    let (prod, stage) = (Duty::Send("prod".into()), Duty::Send("stage".into()));
    assert_eq!(one.lease(&prod), Ok(Lease::Held));
    assert_eq!(one.lease(&prod), Ok(Lease::Held));
    let held = Lease::HeldBy(Some(testing::operator().name().to_owned()));
    assert_eq!(other.lease(&prod), Ok(held.clone()));
    assert_eq!(other.lease(&stage), Ok(Lease::Held));
    assert_eq!(one.lease(&stage), Ok(held));
    let is_ours = |writer: &mut PostgresWriter| {
        [&prod, &stage].map(|duty| writer.direct(|live| super::lease::is_ours(live, duty)).unwrap())
    };
    assert_eq!((is_ours(&mut one), is_ours(&mut other)), ([true, false], [false, true]));
    one.release(&prod).unwrap();
    assert_eq!(one.holds(&prod), Ok(false));
    assert_eq!(other.lease(&prod), Ok(Lease::Held));
    home.cut();
    assert_eq!(one.lease(&prod), Ok(Lease::Held));
    assert!(matches!(other.lease(&prod), Ok(Lease::HeldBy(_))), "it went with the connection");
    assert_eq!(other.holds(&stage), Ok(false));
    drop(one);
    let begun = std::time::Instant::now();
    while other.lease(&prod) != Ok(Lease::Held) {
        assert!(begun.elapsed() < Duration::from_secs(20), "a connection that is dropped ends");
        std::thread::yield_now();
    }
}

#[test]
fn what_one_writes_the_other_is_told_and_not_the_writer_itself() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::new(cluster);
    let (first, second) = (home.store(), home.store());
    let (mut heard, mut own) = (second.news(), first.news());
    let (mut one, mut other) = (first.writer().unwrap(), second.writer().unwrap());
    let before = (one.data_version().unwrap(), other.data_version().unwrap());
    keep(&mut one, "x").unwrap();
    assert_eq!(told(&mut heard), StoreNews::Changed);
    assert_eq!(one.data_version(), Ok(before.0));
    assert_ne!(other.data_version(), Ok(before.1));
    one.want_refresh(&"gcore-prod".into()).unwrap();
    assert_eq!(told(&mut heard), StoreNews::RefreshWanted("gcore-prod".into()));
    home.cut();
    assert!(matches!(told(&mut own), StoreNews::Lost(_)));
    assert!(matches!(told(&mut heard), StoreNews::Lost(_)));
    keep(&mut one, "y").unwrap();
    other.data_version().unwrap();
    keep(&mut one, "z").unwrap();
    assert_eq!(told(&mut heard), StoreNews::Changed, "the new connection hears again");
}

#[test]
fn a_write_whose_connection_dies_is_stored_whole_or_not_at_all_and_says_which() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::new(cluster);
    let mut writer = home.store().writer().unwrap();
    keep(&mut writer, "a").unwrap();
    let count = || home.sql("SELECT count(*) FROM purgedeck.kept");
    let lost = writer.write(StorePart::Journal, |transaction| {
        transaction.execute("INSERT INTO kept (name, value) VALUES ('b', '')", &[])?;
        home.cut();
        transaction.execute("INSERT INTO kept (name, value) VALUES ('c', '')", &[]).map(drop)
    });
    assert!(matches!(lost, Err(StoreFailure::Unreachable(_))), "{lost:?}");
    assert_eq!(count(), "1");
    // The connection is gone when the write is at its end.
    let lost = writer.write(StorePart::Journal, |transaction| {
        transaction.execute("INSERT INTO kept (name, value) VALUES ('b', '')", &[])?;
        home.cut();
        Ok(())
    });
    assert!(matches!(lost, Err(StoreFailure::Unreachable(_))), "{lost:?}");
    assert_eq!(count(), "1");
    keep(&mut writer, "d").unwrap();
    assert_eq!(count(), "2");
}

#[test]
fn a_transaction_that_was_committed_is_told_from_one_that_was_not() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::new(cluster);
    let mut writer = home.store().writer().unwrap();
    let done = home.sql("BEGIN; SELECT pg_current_xact_id(); COMMIT");
    let undone = home.sql("BEGIN; SELECT pg_current_xact_id(); ROLLBACK");
    assert_eq!(writer.was_committed(&done), Ok(true));
    assert_eq!(writer.was_committed(&undone), Ok(false));
}

#[test]
fn a_database_without_a_schema_is_made_one_by_whoever_may_write_and_a_newer_one_is_refused() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::new(cluster);
    assert_eq!(home.open(Access::ReadOnly).map(drop), Err(StoreFailure::NoSchema));
    home.store();
    home.store();
    home.open(Access::ReadOnly).unwrap();
    home.sql("UPDATE purgedeck.number SET value = 99 WHERE name = 'schema'");
    let newer = StoreFailure::Newer { found: 99, known: super::schema::VERSION };
    for access in [Access::ReadWrite, Access::ReadOnly] {
        assert_eq!(home.open(access).map(drop), Err(newer.clone()));
    }
}

#[test]
fn a_schema_from_before_there_were_more_kinds_is_brought_up_by_whoever_may_write() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::new(cluster);
    home.store();
    home.sql("DROP INDEX purgedeck.journal_several");
    home.sql("UPDATE purgedeck.number SET value = 1 WHERE name = 'schema'");
    let older = StoreFailure::Older { found: 1, known: super::schema::VERSION };
    assert_eq!(home.open(Access::ReadOnly).map(drop), Err(older));
    home.store();
    home.open(Access::ReadOnly).unwrap();
}

#[test]
fn one_that_may_only_read_changes_nothing_and_somebody_unknown_is_refused() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::new(cluster);
    home.store();
    home.sql("CREATE ROLE viewer LOGIN");
    let viewer = cluster.url_as("viewer", home.database());
    let refused = home.open_url(&viewer, Access::ReadOnly).map(drop);
    assert!(
        matches!(refused, Err(StoreFailure::Refused(_) | StoreFailure::NoSchema)),
        "{refused:?}"
    );
    let nobody = home.open_url(&cluster.url_as("nobody", home.database()), Access::ReadOnly);
    assert!(matches!(nobody.map(drop), Err(StoreFailure::Refused(_))));
    let nowhere = home.open_url(&cluster.url("nowhere"), Access::ReadWrite);
    assert!(matches!(nowhere.map(drop), Err(StoreFailure::Refused(_))));
}

#[test]
fn a_server_that_is_away_is_said_to_be_and_is_found_again() {
    let Some(cluster) = Cluster::start() else { return };
    cluster.sql("postgres", "CREATE DATABASE purges");
    let folder = tempfile::tempdir().unwrap();
    let (given, own) = (access_to(&cluster.url("purges")), folder.path().join("own.db"));
    let store = PostgresStore::connect(&given, &own, Access::ReadWrite).unwrap();
    let mut writer = store.writer().unwrap();
    keep(&mut writer, "a").unwrap();
    cluster.kill();
    let away = keep(&mut writer, "b");
    assert!(matches!(away, Err(StoreFailure::Unreachable(_))), "{away:?}");
    let away = PostgresStore::connect(&given, &own, Access::ReadWrite).map(drop);
    assert!(matches!(away, Err(StoreFailure::Unreachable(_))), "{away:?}");
    cluster.restart();
    keep(&mut writer, "b").unwrap();
    assert_eq!(cluster.sql("purges", "SELECT count(*) FROM purgedeck.kept"), "2");
}

#[test]
fn one_whose_rights_are_taken_while_it_runs_gives_its_duties_up() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::new(cluster);
    let mut owner = home.store().writer().unwrap();
    home.sql(
        "CREATE ROLE colleague LOGIN; GRANT USAGE ON SCHEMA purgedeck TO colleague;
         GRANT ALL ON ALL TABLES IN SCHEMA purgedeck TO colleague;
         GRANT ALL ON ALL SEQUENCES IN SCHEMA purgedeck TO colleague",
    );
    let url = cluster.url_as("colleague", home.database());
    let mut writer = home.open_url(&url, Access::ReadWrite).unwrap().writer().unwrap();
    let duty = Duty::Sync("prod".into());
    assert_eq!(writer.lease(&duty), Ok(Lease::Held));
    assert!(matches!(owner.lease(&duty), Ok(Lease::HeldBy(_))));
    home.sql("REVOKE INSERT, UPDATE ON ALL TABLES IN SCHEMA purgedeck FROM colleague");
    let refused = keep(&mut writer, "x");
    assert!(matches!(refused, Err(StoreFailure::Refused(_))), "{refused:?}");
    assert_eq!(writer.holds(&duty), Ok(false));
    assert!(matches!(writer.lease(&duty), Err(StoreFailure::Refused(_))));
    let begun = std::time::Instant::now();
    while owner.lease(&duty) != Ok(Lease::Held) {
        assert!(begun.elapsed() < Duration::from_secs(20), "its connection has ended");
        std::thread::yield_now();
    }
}

#[test]
fn names_are_read_again_over_a_new_connection() {
    let Some(cluster) = Cluster::shared() else { return };
    let home = Home::new(cluster);
    let store = home.store();
    let (reader, mut writer) = (store.reader().unwrap(), store.writer().unwrap());
    let purge = |cname: &str| Purge {
        cname: cname.to_owned(),
        ..testing::purge("prod", cname, testing::noon())
    };
    let cnames = || {
        let query = SummaryQuery { predicate: Arc::default(), bars: 0, now: testing::noon() };
        let told = reader.summary(&query).unwrap().by_cname;
        told.into_iter().map(|(cname, _)| cname).collect::<Vec<_>>()
    };
    writer.record(&[purge("www.a.com")], testing::noon()).unwrap();
    assert_eq!(cnames(), ["www.a.com"]);
    // As after a restore of an older state: the same number is another name's.
    home.sql("UPDATE purgedeck.word SET text = 'www.b.com' WHERE text = 'www.a.com'");
    home.cut();
    assert_eq!(cnames(), ["www.b.com"]);
    let another = Purge { id: "2".into(), ..purge("www.a.com") };
    writer.record(&[another], testing::noon()).unwrap();
    let told = home.sql("SELECT count(*) FROM purgedeck.word WHERE text = 'www.a.com'");
    assert_eq!(told, "1", "it is a new name again");
}

/// Makes a certificate for these names, signed by one that is written beside it.
fn certify(data: &Path, authority: &Path, names: &[&str]) {
    let name = |text: &str| text.to_owned();
    let mut signer = CertificateParams::new(Vec::new()).unwrap();
    signer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    signer.distinguished_name.push(DnType::CommonName, "tests");
    let signer_key = KeyPair::generate().unwrap();
    let signer_certificate = signer.self_signed(&signer_key).unwrap();
    std::fs::write(authority, signer_certificate.pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().copied().map(name).collect();
    let issuer = Issuer::new(signer, signer_key);
    let own = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    std::fs::write(data.join("server.crt"), own.pem()).unwrap();
    let key_file = data.join("server.key");
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    std::fs::set_permissions(key_file, Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_server_is_believed_by_its_certificate_and_let_in_by_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, own) = (folder.path().join("ca.pem"), folder.path().join("own.db"));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let cluster = Cluster::start_with(|data| {
        certify(data, &authority, &["localhost"]);
        let rules = "local all owner trust\nhostssl all all all scram-sha-256\n";
        std::fs::write(data.join("pg_hba.conf"), rules).unwrap();
        let listen = ["listen_addresses=127.0.0.1".to_owned(), format!("port={port}")];
        listen.into_iter().chain(["ssl=on".to_owned()]).collect()
    });
    let Some(cluster) = cluster else { return };
    cluster.sql("postgres", "CREATE ROLE mia LOGIN PASSWORD 's3cret' SUPERUSER");
    let open = |host: &str, more: &str, password: Option<PasswordSource>| {
        let url = format!("postgres://mia@{host}:{port}/postgres?connect_timeout=20{more}");
        let server = ServerAccess { password, ..access_to(&url) };
        PostgresStore::connect(&server, &own, Access::ReadWrite).map(drop)
    };
    let known = format!("&sslrootcert={}", authority.display());
    let right: PasswordSource = Arc::new(|| Ok(Secret::new("s3cret".to_owned())));
    let wrong: PasswordSource = Arc::new(|| Ok(Secret::new("guess".to_owned())));
    let none: PasswordSource = Arc::new(|| Err("no such file".to_owned()));
    assert_eq!(open("localhost", &known, Some(Arc::clone(&right))), Ok(()));
    let words = |opened: Result<(), StoreFailure>| {
        let failure = opened.unwrap_err();
        assert!(!format!("{failure} {failure:?}").contains("s3cret"));
        failure
    };
    let unknown = words(open("localhost", "", Some(Arc::clone(&right))));
    assert!(matches!(&unknown, StoreFailure::Unreachable(why) if why.contains("certificate")));
    let other_name = words(open("127.0.0.1", &known, Some(Arc::clone(&right))));
    assert!(matches!(&other_name, StoreFailure::Unreachable(why) if why.contains("certificate")));
    let without = words(open("localhost", "&sslmode=disable", Some(right)));
    assert!(matches!(without, StoreFailure::Refused(_)), "{without:?}");
    assert!(matches!(words(open("localhost", &known, Some(wrong))), StoreFailure::Refused(_)));
    let unread = words(open("localhost", &known, Some(none)));
    assert_eq!(unread, StoreFailure::NoPassword("no such file".to_owned()));
    assert!(open("localhost", &known, None).is_err());
}
