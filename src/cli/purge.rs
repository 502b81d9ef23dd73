//! `purgedeck purge`: the same rules as on the screen: lint, plan, confirm by risk, then the journal and its sender.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};

use super::args::Global;
use super::books;
use super::catchup;
use super::error::{Class, CliError};
use super::following::Sent;
use super::listing::{Format, Looks};
use super::office::{Extras, Office, Sending};
use super::setup::{self, Talk};
use super::signals::{self, Brake};
use crate::config::duration;
use crate::config::load::Config;
use crate::domain::draft::Draft;
use crate::domain::plan::{Plan, PlanError};
use crate::store::Reader;

mod ask;
mod confirm;
mod findings;
mod known;
mod send;
mod shown;

/// `purgedeck purge`.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("what").args(["url", "pattern", "all", "from"]).required(true).multiple(true),
    after_help = "Nothing is sent before it is confirmed: --yes does for URLs and patterns; a purge of everything,\n\
                  of a root pattern, or of anything protected needs --confirm with the cname. On a terminal\n\
                  you are asked.\n\
                  What does not fit into the vendor's limits now is not sent at all (exit code 4) but with --wait.\n\
                  Example: purgedeck purge www.site.com --url /img/a.jpg /img/b.jpg --yes --wait --verify\n         \
                  purgedeck purge --from urls.txt --dry-run --format json\n         \
                  purgedeck purge www.site.com --all --confirm www.site.com --reason 'INC-2231 stale hero'"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Options {
    /// What is purged: a cname or a resource id; may be left out where full URLs say it
    pub resource: Option<String>,
    /// Single files: paths or full URLs
    #[arg(long, value_name = "URL", num_args = 1.., conflicts_with_all = ["pattern", "all"])]
    pub url: Vec<String>,
    /// Everything that a pattern or directory covers
    #[arg(long, value_name = "PATTERN", num_args = 1.., conflicts_with = "all")]
    pub pattern: Vec<String>,
    /// The whole cache of the resource
    #[arg(long, conflicts_with = "from", requires = "resource")]
    pub all: bool,
    /// Read targets from a file, or - for standard input; each line tells by its form what it is
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Show the exact requests and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Confirm URLs and patterns
    #[arg(short, long)]
    pub yes: bool,
    /// Confirm a purge of everything or of something protected: the cname; may be repeated
    #[arg(long, value_name = "CNAME")]
    pub confirm: Vec<String>,
    /// Why; kept in the journal
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub reason: String,
    /// The ticket; kept in the journal
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    pub ticket: String,
    /// How the vendor is to purge patterns, where it offers a choice
    #[arg(long, value_name = "WORD")]
    pub mode: Option<String>,
    /// Wait for room in the limits, and until the vendor says how each purge ended
    #[arg(long)]
    pub wait: bool,
    /// How long to wait
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration::parse, requires = "wait")]
    pub timeout: Duration,
    /// Then look at the edge; exit code 7 where it is not seen to serve everything fresh
    ///
    /// A few of the URLs are asked for, one byte each, before and after; of patterns, URLs under them that the local history
    /// knows.
    #[arg(long, requires = "wait")]
    pub verify: bool,
    /// How to write the plan or the requests that were sent
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Carries out `purgedeck purge`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    if config.read_only.value && !options.dry_run {
        return Err(read_only(format!(
            "read-only ({}): nothing was sent",
            config.read_only.origin
        )));
    }
    if global.offline && !options.dry_run {
        return Err(
            CliError::new(Class::Refused, "offline: nothing was sent").hint("Leave out --offline.")
        );
    }
    catchup::some_account(&config)?;
    let text = ask::text(options)?;
    let brake = Brake::default();
    signals::block_on_gently(&brake, purge(global, options, &config, text, &brake))
}

/// A refusal because nothing may be purged or changed.
pub(super) fn read_only(words: String) -> CliError {
    CliError::new(Class::Refused, words)
        .hint("Leave out --read-only, or change read_only in the configuration.")
}

/// What every step of a purge works with.
#[derive(Clone, Copy)]
struct Run<'r> {
    global: &'r Global,
    options: &'r Options,
    config: &'r Config,
    reader: &'r Reader,
    looks: Looks,
    talk: Talk,
}

async fn purge(
    global: &Global,
    options: &Options,
    config: &Config,
    text: String,
    brake: &Brake,
) -> Result<(), CliError> {
    let store = books::open(config)?;
    let reader = store.reader().map_err(|failure| books::error(config, &failure))?;
    let sending = if options.dry_run { Sending::Never } else { Sending::Allowed };
    let mut office = Office::open(
        config,
        store,
        sending,
        global.offline,
        Extras { verify: options.verify, ..Extras::default() },
    )?;
    let run = Run {
        global,
        options,
        config,
        reader: &reader,
        looks: setup::looks(global, Some(config)),
        talk: Talk::new(global),
    };
    brake.hold();
    let sent = carry_out(&run, &mut office, text, brake).await;
    // However it went: what waited in the queue may have been on its way all the time, and its answer is written down.
    office.runner.stop().await;
    let Some(mut sent) = sent? else {
        return Ok(());
    };
    sent.read_again(&reader);
    shown::sent(options.format, run.looks, &sent.entries)?;
    sent.verdict(run.talk)
}

/// Plans and sends; `None` where the plan was only to be shown.
async fn carry_out(
    run: &Run<'_>,
    office: &mut Office,
    text: String,
    brake: &Brake,
) -> Result<Option<Sent>, CliError> {
    let prepared = tokio::select! {
        biased;
        () = brake.pulled() => {
            let words = "interrupted: nothing was sent";
            return Err(CliError::new(Class::Interrupted, words));
        }
        prepared = prepare(run, office, text) => prepared?,
    };
    let Some((draft, plan)) = prepared else {
        return Ok(None);
    };
    let request = send::Request { options: run.options, draft: &draft, plan: &plan };
    let sent = send::send(office, run.reader, request, brake, run.talk).await?;
    Ok(Some(sent))
}

/// What the command line asks for.
#[derive(Clone, Copy)]
struct Wanted<'w> {
    options: &'w Options,
    text: &'w str,
}

/// Checks, plans, and has the plan confirmed; `None` where it was only to be shown.
async fn prepare(
    run: &Run<'_>,
    office: &mut Office,
    text: String,
) -> Result<Option<(Draft, Plan)>, CliError> {
    let Run { global, options, config, reader, looks, talk } = *run;
    let mut known = known::Known::new(config, reader, options.dry_run)?;
    let wanted = Wanted { options, text: &text };
    known.gather(office, reader, talk, global.offline, wanted).await?;
    let draft = ask::draft(options, text, &known)?;
    let known::Checked { linted, plan, wider } = known.plan(&draft, reader)?;
    findings::say(&linted, talk);
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => {
            if options.dry_run {
                shown::no_plan(options.format, &linted)?;
            }
            return Err(known.refusal(&linted, &error));
        }
    };
    known::check_resource(&draft, &plan)?;
    if options.dry_run {
        shown::plan(options.format, looks, &plan, &linted, &wider, office)?;
        shown::summary(&plan, looks.zone, talk);
        shown::wider(&wider, talk);
        if let Some(sum) = findings::sum(&linted) {
            talk.say(&sum);
        }
        return Ok(None);
    }
    if let Some(account) = known.read_only_account(&plan) {
        return Err(read_only(format!("the account {account} is read-only: nothing was sent")));
    }
    if options.verify {
        can_be_verified(config, &plan)?;
    }
    known.check_access(&plan, talk)?;
    let sum = findings::sum(&linted);
    confirm::confirm(options, &plan, sum, talk, looks.zone).await?;
    Ok(Some((draft, plan)))
}

/// Whether every account of the plan has its edge looked at.
fn can_be_verified(config: &Config, plan: &Plan) -> Result<(), CliError> {
    let unwatched = config.accounts.iter().find(|account| {
        !account.edge.verify
            && plan.requests.iter().any(|planned| planned.request.account == *account.name())
    });
    match unwatched {
        None => Ok(()),
        Some(account) => {
            let words =
                format!("the edge of {} is not looked at: nothing was sent", account.name());
            Err(CliError::new(Class::Usage, words)
                .hint("Leave out --verify, or the account's `verify = false`."))
        }
    }
}

/// The class of a plan that cannot be.
fn class_of_plan(error: &PlanError) -> Class {
    match error {
        PlanError::QuotaShort { .. } => Class::Limit,
        PlanError::LimitsUnknown { .. } => Class::Failed,
        PlanError::Nothing
        | PlanError::Errors { .. }
        | PlanError::ResourceUnknown { .. }
        | PlanError::NotAllowed { .. } => Class::Usage,
    }
}
