//! Lengths of time as text: `45s`, `10m`, `2h`, `1d`.

use std::time::Duration;

/// Parses a length of time: a whole number and `s`, `m`, `h` or `d`, or several from large to small
/// (`1h30m`). The error says what is wrong.
pub fn parse(text: &str) -> Result<Duration, String> {
    let mut seconds: u64 = 0;
    let mut number = String::new();
    let mut smallest = u64::MAX;
    for character in text.trim().chars() {
        let unit = match character {
            '0'..='9' => {
                number.push(character);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            other => return Err(format!("\"{other}\" is not a unit of time; use s, m, h or d")),
        };
        if unit >= smallest {
            return Err("units must go from large to small, each once".to_owned());
        }
        smallest = unit;
        let amount: u64 =
            number.parse().map_err(|_| "each unit needs a number before it".to_owned())?;
        number.clear();
        seconds = amount
            .checked_mul(unit)
            .and_then(|more| seconds.checked_add(more))
            .ok_or_else(|| "it is too long".to_owned())?;
    }
    if smallest == u64::MAX || !number.is_empty() {
        return Err("write a number and s, m, h or d, like 10m".to_owned());
    }
    Ok(Duration::from_secs(seconds))
}

/// Prints the shortest text that parses to the same whole seconds: `90s` becomes `1m30s`.
pub fn print(length: Duration) -> String {
    let mut rest = length.as_secs();
    if rest == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (unit, name) in [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')] {
        let amount = rest / unit;
        if amount > 0 {
            text.push_str(&amount.to_string());
            text.push(name);
            rest -= amount * unit;
        }
    }
    text
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_reads_and_prints_back() {
        for (text, seconds) in [("45s", 45), ("10m", 600), ("1h30m", 5_400), ("2d", 172_800)] {
            assert_eq!(parse(text).unwrap(), Duration::from_secs(seconds));
            assert_eq!(print(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in ["", "10", "m", "10 m", "5m1h", "5m5m", "-1s", "1w", "999999999999999999d"] {
            assert!(parse(text).is_err(), "{text:?} was taken");
        }
    }
}
