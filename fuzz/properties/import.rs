//! Exported history: whatever is imported is exported again as it was.

use std::ops::ControlFlow;

use purgedeck::cli::import::lines;
use purgedeck::cli::purge_record::PurgeRecord;
use purgedeck::domain::ids::PurgeKey;
use purgedeck::domain::purge::{Purge, PurgeDetail};

/// Holds a file to the properties.
pub(crate) fn hold(data: &[u8]) {
    let purges = imported(data);
    let exported: Vec<u8> = purges
        .iter()
        .flat_map(|purge| {
            let detail = PurgeDetail {
                key: PurgeKey(0),
                purge: purge.clone(),
                sent: None,
                refused: Vec::new(),
            };
            let mut line = serde_json::to_vec(&PurgeRecord::from(&detail)).unwrap();
            line.push(b'\n');
            line
        })
        .collect();
    assert_eq!(imported(&exported), purges);
}

fn imported(data: &[u8]) -> Vec<Purge> {
    let mut purges = Vec::new();
    let read = lines::read(data, None, |batch, _| {
        purges.extend(batch);
        ControlFlow::Continue(())
    });
    let Ok(parsed) = read else { unreachable!("memory can be read") };
    assert_eq!(parsed.good, purges.len() as u64);
    assert!(parsed.reported.len() as u64 <= parsed.bad);
    purges
}
