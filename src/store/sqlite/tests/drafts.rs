//! Drafts of an earlier version.

use super::*;
use crate::domain::kind::Kind;
use crate::store::sqlite::kept;
use crate::store::sqlite::writer::Durability;

#[test]
fn the_one_draft_that_an_earlier_version_kept_is_one_of_the_list() {
    let home = Home::new();
    let mut writer = home.writer();
    let old = concat!(
        r#"{"text":"/old","kind":"pattern","resource":null,"mode":null,"area":null,"#,
        r#""reason":"r","ticket":""}"#,
    );
    writer.write(Durability::PowerLoss, |it| kept::set(it.connection, "draft", old)).unwrap();
    let mut drafts = home.reader().drafts().unwrap();
    let mut draft = drafts.pop().unwrap();
    assert_eq!((draft.draft.text.as_str(), draft.draft.kind), ("/old", Some(Kind::Pattern)));
    draft.draft.text = "/new".to_owned();
    writer.save_draft(&draft).unwrap();
    assert_eq!(home.reader().drafts().unwrap().len(), 1, "it keeps its place");
    assert!(writer.remove_draft(&draft.id).unwrap());
    assert_eq!(home.reader().drafts().unwrap(), []);
}
