//! The variable `TZ`. The clock's library takes one that it cannot read for the machine's zone,
//! without a word; here it is told.

use std::error::Error;
use std::fs::File;
use std::io::Read as _;

use tz::{TimeZone, TimeZoneSettings};

use crate::domain::text::escape_control;

/// The longest file of a zone, in bytes; the usual ones have some thousand.
const MAX_BYTES: u64 = 1 << 20;
/// A zone is less than a day away from UTC.
const DAY_SECONDS: u32 = 86_400;

/// Says why local time cannot be shown with this value of `TZ`; `None` where it can: unset, empty
/// (which is UTC), the name or file of a zone, or a rule in the form of POSIX.
pub fn fault(variable: Option<&str>) -> Option<String> {
    let value = variable.filter(|value| !value.is_empty())?;
    if !cfg!(unix) || is_usable(value) {
        return None;
    }
    let shown = escape_control(value, 60);
    Some(format!(
        "the environment variable TZ (\"{shown}\") names no time zone, so times are in UTC; set \
         it to a name such as Europe/Berlin, or unset it"
    ))
}

fn is_usable(value: &str) -> bool {
    let settings = TimeZoneSettings::new(TimeZoneSettings::DEFAULT_DIRECTORIES, read);
    let zone: Result<TimeZone, _> = settings.parse_posix_tz(value);
    zone.is_ok_and(|zone| {
        let types = zone.as_ref().local_time_types();
        types.iter().all(|one| one.ut_offset().unsigned_abs() < DAY_SECONDS)
    })
}

/// Reads the file of a zone; a device is none.
fn read(path: &str) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let mut bytes = Vec::new();
    if std::fs::metadata(path)?.is_file() {
        File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn names_files_and_rules_of_zones_are_fine() {
        for value in ["UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3", "<-0330>3:30", "AAA-23:30"] {
            assert_eq!(fault(Some(value)), None, "{value}");
        }
        assert_eq!((fault(None), fault(Some(""))), (None, None));
        // A machine may have no zones besides UTC.
        if std::path::Path::new("/usr/share/zoneinfo/Europe/Berlin").exists() {
            for value in ["Europe/Berlin", ":Europe/Berlin", "/usr/share/zoneinfo/Europe/Berlin"] {
                assert_eq!(fault(Some(value)), None, "{value}");
            }
        }
    }

    #[test]
    fn what_is_no_zone_is_told_with_its_value() {
        for value in [
            "Nowhere/Bad",
            "pBB24",
            "../../etc/passwd",
            "/etc/passwd",
            ":/dev/zero",
            "/dev/zero",
            "EST5EDT,0/0,J365/25",
            "Europe/",
            ":",
            " ",
            "\u{fffd}",
        ] {
            let words = fault(Some(value)).unwrap_or_default();
            assert!(words.contains(value) && words.contains("UTC"), "{value}: {words}");
        }
        assert!(!fault(Some("x\x1b[31m")).unwrap_or_default().contains('\x1b'));
    }
}
