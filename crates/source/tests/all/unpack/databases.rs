//! SQLite databases, made by the `sqlite3` program (Debian package `sqlite3`).

use std::io::Write as _;
use std::process::{Command, Stdio};

use unkeyed_model::SkipReason;

use super::{Found, make, read, text};

/// The database that these statements make, and the copy of its write-ahead log if they make one.
pub(crate) fn sqlite(statements: &str) -> (Vec<u8>, Option<Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new("sqlite3")
        .current_dir(folder.path())
        .args(["-batch", "-bail", "a.db"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("this test needs the program sqlite3 (Debian package sqlite3)");
    child.stdin.take().unwrap().write_all(statements.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    (std::fs::read(folder.path().join("a.db")).unwrap(), std::fs::read(folder.path().join("kept-wal")).ok())
}

fn word(seed: u32) -> String {
    String::from_utf8(text(seed)).unwrap()
}

fn has(found: &Found, path: &str, line: &str) -> bool {
    String::from_utf8_lossy(found.content(path)).contains(line)
}

#[test]
fn every_table_is_read_with_the_names_of_its_columns() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        let (database, _) = sqlite(&format!(
            "PRAGMA encoding='{encoding}'; CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, \"api key\" TEXT, age INT);
             INSERT INTO users VALUES(1, 'käthe', '{}', -7), (2, NULL, '{}', 300);
             CREATE TABLE pairs(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO pairs VALUES('token', '{}');",
            word(1),
            word(2),
            word(3)
        ));
        let found = read("a.db", &database);
        assert_eq!(found.skips, []);
        for line in ["name=käthe\n".to_owned(), format!("api key={}\nage=-7\n", word(1)), format!("api key={}\nage=300\n", word(2))] {
            assert!(has(&found, "a.db!/users", &line), "{encoding} {line}");
        }
        assert!(has(&found, "a.db!/pairs", &format!("token\n{}\n", word(3))), "{encoding}");
    }
}

#[test]
fn trees_of_many_pages_and_values_on_overflow_pages_are_read_in_full() {
    let (database, _) = sqlite(
        "PRAGMA page_size=512; CREATE TABLE t(a TEXT); CREATE INDEX i ON t(a);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000) INSERT INTO t SELECT 'row-' || i || '-end' FROM n;
         INSERT INTO t VALUES('start-' || hex(zeroblob(40000)) || '-finish');
         CREATE TABLE w(k TEXT PRIMARY KEY) WITHOUT ROWID;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000) INSERT INTO w SELECT 'key-' || i || '-' || hex(zeroblob(i%400)) || '-end' FROM n;",
    );
    let found = read("a.db", &database);
    assert_eq!(found.skips, []);
    let table = String::from_utf8_lossy(found.content("a.db!/t")).into_owned();
    assert_eq!(table.matches("a=row-").count(), 5000);
    assert!(table.contains(&format!("a=start-{}-finish\n", "0".repeat(80_000))));
    let keys = String::from_utf8_lossy(found.content("a.db!/w")).into_owned();
    assert_eq!((1..=2000).filter(|i| keys.contains(&format!("key-{i}-{}-end\n", "0".repeat(i % 400 * 2)))).count(), 2000);
}

#[test]
fn containers_in_blobs_are_opened() {
    let hex: String = make::gzip(&text(1)).iter().map(|byte| format!("{byte:02x}")).collect();
    let (database, _) = sqlite(&format!("CREATE TABLE t(name TEXT, data BLOB); INSERT INTO t VALUES('x', x'{hex}');"));
    let found = read("a.db", &database);
    assert_eq!(found.content("a.db!/t-1.2!/t-1.2"), text(1));
}

#[test]
fn deleted_rows_and_dropped_tables_are_read() {
    let (database, _) = sqlite(&format!(
        "PRAGMA secure_delete=off; CREATE TABLE t(a TEXT); INSERT INTO t VALUES('{}'), ('{}'), ('kept');
         DELETE FROM t WHERE a != 'kept';
         CREATE TABLE gone(a TEXT); INSERT INTO gone VALUES('{}'); DROP TABLE gone;",
        word(1),
        word(2),
        word(3)
    ));
    let found = read("a.db", &database);
    assert!(has(&found, "a.db!/t", "a=kept\n"));
    assert!(has(&found, "a.db!/t-deleted", &word(1)));
    assert!(has(&found, "a.db!/t-deleted", &word(2)));
    assert!(has(&found, "a.db!/free-pages", &word(3)));
}

#[test]
fn rows_of_a_write_ahead_log_are_read() {
    let (_, log) = sqlite(&format!(
        "PRAGMA journal_mode=WAL; CREATE TABLE t(a TEXT, b INT); INSERT INTO t VALUES('{}', 5);\n.shell cp a.db-wal kept-wal\n",
        word(1)
    ));
    let found = read("a.db-wal", &log.unwrap());
    assert!(has(&found, "a.db-wal!/rows", &format!("{}\n5\n", word(1))));
    assert_eq!(found.skips, []);
}

#[test]
fn circles_of_pages_end() {
    let (mut database, _) = sqlite("PRAGMA page_size=512; CREATE TABLE t(a TEXT); INSERT INTO t VALUES('start-' || hex(zeroblob(4000)));");
    // Every page says that it goes on at page 3.
    for page in database[1024..].chunks_exact_mut(512) {
        page[..4].copy_from_slice(&3_u32.to_be_bytes());
    }
    let found = read("a.db", &database);
    assert_eq!(found.rows().last().unwrap().1, SkipReason::Malformed);
}
