//! The price of purges: what a month has used of the targets that cost nothing, and what a draft
//! costs.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveTime, Utc};

use super::ids::AccountName;
use super::limits::{Limits, Price};
use super::text::grouped;

/// The use of this month, by account; accounts that pay nothing are left out.
pub type Months = BTreeMap<AccountName, MonthUse>;

/// The targets that were purged in an account since a month began, by anybody. What was canceled or
/// failed counts as well: no vendor says that it does not (inferred).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthUse {
    /// The month's first instant.
    pub month: DateTime<Utc>,
    /// The number of targets.
    pub targets: u64,
    /// True if there may be more: purges whose targets are not known yet count as one each, and a
    /// part of the month's history may not have been read.
    pub is_least: bool,
}

/// The cost of a number of targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The price.
    pub price: Price,
    /// The targets that the month has used before, those of the queue among them.
    pub used: u64,
    /// True if it may have used more.
    pub is_least: bool,
    /// The number of targets.
    pub targets: u64,
}

/// Returns the first instant of the month, in UTC, of an instant.
pub fn month_of(at: DateTime<Utc>) -> DateTime<Utc> {
    let day = at.date_naive();
    let first = day.with_day(1).unwrap_or(day);
    first.and_time(NaiveTime::MIN).and_utc()
}

impl MonthUse {
    /// Returns the number of targets used in the month of an instant, and true if it may be more:
    /// of a month that began since, nothing is known.
    pub fn at(&self, now: DateTime<Utc>) -> (u64, bool) {
        if self.month == month_of(now) { (self.targets, self.is_least) } else { (0, true) }
    }

    /// Puts it in words: `this month at least 920 of 1,000 free`; `None` where purges cost nothing.
    pub fn words(&self, limits: &Limits, now: DateTime<Utc>) -> Option<String> {
        let price = limits.price?;
        let (used, is_least) = self.at(now);
        let cost = Cost { price, used, is_least, targets: 0 };
        let at_least = if is_least { "at least " } else { "" };
        let used = grouped(used);
        let paid = match cost.used.saturating_sub(price.free.into()) {
            0 => String::new(),
            over => format!(", so far {at_least}{}", dollars(over * u64::from(price.mills))),
        };
        Some(format!("this month {at_least}{used} of {} free{paid}", grouped(price.free.into())))
    }
}

impl Cost {
    /// Returns the number of free targets that were left before.
    pub fn free_left(&self) -> u64 {
        u64::from(self.price.free).saturating_sub(self.used)
    }

    /// Returns the number of its targets that are paid.
    pub fn paid(&self) -> u64 {
        self.targets.saturating_sub(self.free_left())
    }

    /// Returns the price of those, in thousandths of a US dollar.
    pub fn mills(&self) -> u64 {
        self.paid().saturating_mul(self.price.mills.into())
    }

    /// Returns true if nothing is paid, and less than a tenth of the free targets is left
    /// afterwards.
    pub fn is_near(&self) -> bool {
        let free = u64::from(self.price.free);
        self.paid() == 0 && (self.free_left() - self.targets) * 10 < free
    }

    /// Puts it in words: `120 targets: 80 free are left this month, 40 cost $0.20`.
    pub fn words(&self) -> String {
        let targets = match self.targets {
            1 => "1 target".to_owned(),
            more => format!("{} targets", grouped(more)),
        };
        let (at_most, at_least) = if self.is_least { ("at most ", "at least ") } else { ("", "") };
        let (left, paid) = (self.free_left(), self.paid());
        let cost = dollars(self.mills());
        if paid == 0 {
            let free = grouped(self.price.free.into());
            let after = grouped(left - self.targets);
            return format!("{targets}: free, {at_most}{after} of {free} are left this month then");
        }
        let costs = if paid == 1 { "costs" } else { "cost" };
        let paid = grouped(paid);
        match left {
            0 => format!("{targets}: no free one is left this month, {paid} {costs} {cost}"),
            left => {
                let left = grouped(left);
                let are = if left == "1" { "is" } else { "are" };
                format!(
                    "{targets}: {at_most}{left} free {are} left this month, \
                     {at_least}{paid} {costs} {cost}"
                )
            }
        }
    }
}

/// Writes an amount of money, given in thousandths: with cents, and thousandths where there are
/// any.
pub fn dollars(mills: u64) -> String {
    let (whole, rest) = (grouped(mills / 1000), mills % 1000);
    if rest.is_multiple_of(10) {
        format!("${whole}.{:02}", rest / 10)
    } else {
        format!("${whole}.{rest:03}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{noon, path_limits, secs};

    const PRICE: Price = Price { free: 1000, mills: 5 };

    fn cost(used: u64, targets: u64) -> Cost {
        Cost { price: PRICE, used, is_least: false, targets }
    }

    #[test]
    fn what_is_free_comes_first_and_the_rest_is_paid() {
        for (used, targets, mills, words) in [
            (0, 120, 0, "120 targets: free, 880 of 1,000 are left this month then"),
            (920, 80, 0, "80 targets: free, 0 of 1,000 are left this month then"),
            (920, 120, 200, "120 targets: 80 free are left this month, 40 cost $0.20"),
            (999, 2, 5, "2 targets: 1 free is left this month, 1 costs $0.005"),
            (1000, 1, 5, "1 target: no free one is left this month, 1 costs $0.005"),
            (
                5000,
                300_000,
                1_500_000,
                "300,000 targets: no free one is left this month, 300,000 cost $1,500.00",
            ),
        ] {
            let cost = cost(used, targets);
            assert_eq!((cost.mills(), cost.words().as_str()), (mills, words));
        }
        let unsure = Cost { is_least: true, ..cost(920, 120) };
        assert_eq!(
            unsure.words(),
            "120 targets: at most 80 free are left this month, at least 40 cost $0.20"
        );
    }

    #[test]
    fn it_is_near_where_less_than_a_tenth_is_left() {
        let near = [(0, 900), (0, 901), (950, 50), (950, 51)];
        let near = near.map(|(used, targets)| cost(used, targets).is_near());
        assert_eq!(near, [false, true, true, false]);
    }

    #[test]
    fn a_month_begins_at_midnight_utc_and_says_nothing_of_the_next() {
        assert_eq!(month_of(noon()).to_rfc3339(), "2027-01-01T00:00:00+00:00");
        assert_eq!(month_of(month_of(noon())), month_of(noon()));
        let used = MonthUse { month: month_of(noon()), targets: 1020, is_least: true };
        assert_eq!(used.at(noon()), (1020, true));
        assert_eq!(used.at(noon() + secs(31 * 86_400)), (0, true));
        let mut limits = path_limits();
        assert_eq!(used.words(&limits, noon()), None);
        limits.price = Some(PRICE);
        let words = used.words(&limits, noon());
        let told = "this month at least 1,020 of 1,000 free, so far at least $0.10";
        assert_eq!(words.as_deref(), Some(told));
        let words = MonthUse { targets: 920, ..used }.words(&limits, noon());
        assert_eq!(words.as_deref(), Some("this month at least 920 of 1,000 free"));
    }
}
