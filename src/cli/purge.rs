//! `purgedeck purge`: the same rules as in the dashboard: lint, plan, confirm by risk, then the
//! journal and its sender.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args};

use super::console::Console;
use super::error::{Class, CliError};
use super::global::Global;
use super::listing::{Format, TableStyle};
use super::signals::{self, Shutdown};
use super::wait::Outcome;
use super::{hooks, refusal, session, setup};
use crate::config::duration;
use crate::config::load::Config;
use crate::domain::check::Checked;
use crate::domain::document::DocumentFormat;
use crate::domain::draft::Draft;
use crate::domain::kind::Kind;
use crate::domain::permission::Action;
use crate::domain::plan::{Plan, PlanError};
use crate::engine::{Engine, EventStream, LocalStore, StartOptions};

mod confirm;
pub(super) mod context;
mod findings;
mod output;
mod send;
mod targets;

use context::PurgeContext;
use targets::GivenTargets;

/// `purgedeck purge`.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("what")
        .args(["url", "ignore_query", "pattern", "regex", "host", "tag", "all", "from"])
        .required(true)
        .multiple(true),
    group = ArgGroup::new("kinds")
        .args(["url", "ignore_query", "pattern", "regex", "host", "tag", "all", "kind"]),
    after_help = "Nothing is sent before it is confirmed. --yes confirms URLs, patterns and tags; \
                  a purge of\neverything, of a root pattern, of a host, or of anything protected \
                  needs --confirm with the cname.\nOn a terminal you are asked.\n\
                  What does not fit into the vendor's limits now is sent only with --wait; without \
                  it nothing is\nsent (exit code 4).\n\
                  Exit code 9: all was sent and accepted, but the list could not be written; \
                  standard error has it.\n\
                  With -v, the rule behind each finding is explained.\n\
                  Example: purgedeck purge www.site.com --url /img/a.jpg /img/b.jpg --yes --wait \
                  --verify\n         \
                  purgedeck purge --from urls.txt --dry-run --format json\n         \
                  purgedeck purge www.site.com --all --confirm www.site.com --reason 'INC-2231 \
                  stale hero'"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Options {
    /// The resource: its cname or id; not needed with full URLs
    pub resource: Option<String>,
    /// Purge single files: paths or full URLs
    #[arg(long, value_name = "URL", num_args = 1..)]
    pub url: Vec<String>,
    /// Purge single files with any query string, where the vendor offers it
    #[arg(long, value_name = "URL", num_args = 1..)]
    pub ignore_query: Vec<String>,
    /// Purge everything that a pattern or directory covers
    #[arg(long, value_name = "PATTERN", num_args = 1..)]
    pub pattern: Vec<String>,
    /// Purge everything whose URL a regular expression of the vendor's matches
    #[arg(long, value_name = "REGEX", num_args = 1..)]
    pub regex: Vec<String>,
    /// Purge everything that a host name serves, of a resource that has several
    #[arg(long, value_name = "HOST", num_args = 1..)]
    pub host: Vec<String>,
    /// Purge everything that the origin marked with a tag
    #[arg(long, value_name = "TAG", num_args = 1..)]
    pub tag: Vec<String>,
    /// Purge the whole resource
    #[arg(long, conflicts_with = "from", requires = "resource")]
    pub all: bool,
    /// Read targets from a file, or - for standard input; a * makes a target a pattern
    ///
    /// Lists, CSV, JSON, sitemaps, HAR, command lines, access logs, listings of files, HTML and
    /// prose are recognised; the way in which it was read is printed, with the lines that were not.
    /// A line may say its kind: tag:NAME, host:NAME, regex:EXPRESSION, ignore-query:URL.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Take every target of the file as this kind
    #[arg(long, value_name = "KIND", requires = "from", value_parser = kind())]
    pub kind: Option<Kind>,
    /// Read it as this format, where it would be taken for another
    #[arg(long = "as", value_name = "FORMAT", requires = "from", value_parser = document_format())]
    pub read_as: Option<DocumentFormat>,
    /// Show the exact requests and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Confirm URLs, patterns and tags
    #[arg(short, long)]
    pub yes: bool,
    /// Confirm a purge of everything, of a host or of something protected by its cname; may be
    /// repeated
    #[arg(long, value_name = "CNAME")]
    pub confirm: Vec<String>,
    /// The reason, for the journal
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub reason: String,
    /// The ticket, for the journal
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    pub ticket: String,
    /// How to purge, where vendors offer a choice: hard, soft, changed, or a vendor's own word
    ///
    /// It goes for all vendors of the targets: a vendor's word stands for what it does to the
    /// copies. Where a vendor has nothing of the kind, its default is taken, with a warning.
    #[arg(long, value_name = "WORD")]
    pub mode: Option<String>,
    /// Wait for room in the limits, and until the vendor reports the outcome of each purge
    #[arg(long)]
    pub wait: bool,
    /// The longest time to wait, 10m if not given; with --verify also as long as the edge may take
    #[arg(long, value_name = "TIME", value_parser = duration::parse, requires = "wait")]
    pub timeout: Option<Duration>,
    /// Then check at the edge; exit code 7 where not everything is seen to be fresh
    ///
    /// Requests a few of the URLs, one byte each, before and after; of patterns, URLs under them
    /// that are in the local history. An edge that is stale is asked again for as long as its
    /// vendor says, or `verify_for`. That is waited for, too, unless --timeout says less; then the
    /// exit code is 6.
    #[arg(long, requires = "wait")]
    pub verify: bool,
    /// Format of the plan or of the requests that were sent
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// The parser of `--as`: the formats' words.
fn document_format() -> impl TypedValueParser<Value = DocumentFormat> {
    let formats = DocumentFormat::EVERY.into_iter();
    let values = formats.map(|it| PossibleValue::new(it.word()).help(it.meaning()));
    PossibleValuesParser::new(values)
        .try_map(|word| DocumentFormat::from_word(&word).ok_or("no such format"))
}

/// The parser of `--kind`: the kinds that have targets.
fn kind() -> impl TypedValueParser<Value = Kind> {
    let kinds = Kind::EVERY.into_iter().filter(|it| *it != Kind::All);
    PossibleValuesParser::new(kinds.map(Kind::word))
        .try_map(|word| Kind::from_word(&word).ok_or("no such kind"))
}

impl Options {
    /// The targets that were given as arguments, with the kind that they say; the kind of the
    /// file's where there are none.
    fn given(&self) -> (Option<Kind>, &[String]) {
        let lists = [
            (Kind::Url, &self.url),
            (Kind::IgnoreQuery, &self.ignore_query),
            (Kind::Pattern, &self.pattern),
            (Kind::Regex, &self.regex),
            (Kind::Host, &self.host),
            (Kind::Tag, &self.tag),
        ];
        let given = lists.into_iter().find(|(_, targets)| !targets.is_empty());
        match given {
            Some((kind, targets)) => (Some(kind), targets),
            None if self.all => (Some(Kind::All), &[]),
            None => (self.kind, &[]),
        }
    }
}

/// Runs `purgedeck purge`.
pub fn run(global: &Global, options: &Options) -> Result<(), CliError> {
    let config = setup::configuration(global)?;
    super::log::start(&config)?;
    if !options.dry_run {
        refusal::check(Action::Purge, global, &config, "nothing was sent")?;
    }
    setup::require_account(&config)?;
    let targets = targets::read(options, Console::new(global))?;
    let shutdown = Shutdown::default();
    signals::block_on_with(&shutdown, purge(global, options, &config, targets, &shutdown))
}

/// The inputs of every step of a purge.
#[derive(Clone, Copy)]
struct Run<'r> {
    global: &'r Global,
    options: &'r Options,
    config: &'r Config,
    store: &'r LocalStore,
    style: TableStyle,
    console: Console,
}

async fn purge(
    global: &Global,
    options: &Options,
    config: &Config,
    targets: GivenTargets,
    shutdown: &Shutdown,
) -> Result<(), CliError> {
    let store = session::store(config)?;
    if !options.dry_run {
        // What cannot be recorded is not sent.
        store.check_journal()?;
    }
    let start = StartOptions {
        offline: global.offline,
        read_only: options.dry_run,
        verify: options.verify,
        hooks: Some(hooks::for_command(Console::new(global))),
        ..StartOptions::default()
    };
    let (engine, mut events) = Engine::start_configured(config, &store, start)?;
    let run = Run {
        global,
        options,
        config,
        store: &store,
        style: TableStyle::of_stdout(config),
        console: Console::new(global),
    };
    shutdown.defer();
    let outcome = plan_and_send(&run, &engine, &mut events, targets, shutdown).await;
    // Also after an error: requests of the queue may be on their way, and their answers must be
    // written down.
    engine.shutdown().await;
    let Some(mut outcome) = outcome? else {
        return Ok(());
    };
    outcome.reload(&store);
    outcome.report(options.format, run.style, run.console)
}

/// Plans and sends; `None` for a plan that was only shown.
async fn plan_and_send(
    run: &Run<'_>,
    engine: &Engine,
    events: &mut EventStream,
    targets: GivenTargets,
    shutdown: &Shutdown,
) -> Result<Option<Outcome>, CliError> {
    let planned = tokio::select! {
        biased;
        () = shutdown.requested() => {
            let message = "interrupted: nothing was sent";
            return Err(CliError::new(Class::Interrupted, message));
        }
        planned = prepare(run, engine, events, targets) => planned?,
    };
    let Some((draft, plan)) = planned else {
        return Ok(None);
    };
    let request = send::Request { options: run.options, draft: &draft, plan: &plan };
    send::send(engine, events, run.store, request, shutdown, run.console).await.map(Some)
}

/// The purge that the command line asks for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'w> {
    options: &'w Options,
    targets: &'w GivenTargets,
}

/// Checks, plans, and has the plan confirmed; `None` for a plan that was only shown.
async fn prepare(
    run: &Run<'_>,
    engine: &Engine,
    events: &mut EventStream,
    targets: GivenTargets,
) -> Result<Option<(Draft, Plan)>, CliError> {
    let Run { global, options, config, store, style, console } = *run;
    let mut context = PurgeContext::new(config, store, !options.dry_run, global.offline)?;
    let wanted = Wanted { options, targets: &targets };
    context.gather(engine, events, Some(wanted), console).await?;
    let draft = context.draft(options, targets)?;
    let Checked { linted, plan, wider } = context.check(engine, &draft).await?;
    if options.from.is_some() && options.given().1.is_empty() {
        console.info(&linted.read_as.words());
    }
    findings::print(&linted, global.verbose, console);
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => {
            if options.dry_run {
                output::findings_only(options.format, &linted)?;
            }
            return Err(context.refusal(&linted, &error));
        }
    };
    context::check_resource(&draft, &plan)?;
    let counts = findings::summary(&linted);
    if options.dry_run {
        output::plan(options.format, style, &plan, &linted, &wider, engine)?;
        output::summary(&plan, style.zone, console);
        output::wider(&wider, console);
        if let Some(counts) = counts {
            console.info(&counts);
        }
        return Ok(None);
    }
    context.check_permissions(&plan)?;
    if options.verify {
        check_verifiable(config, &plan)?;
    }
    context.check_access(&plan, console)?;
    confirm::confirm(options, &plan, counts, console, style.zone).await?;
    Ok(Some((draft, plan)))
}

/// Refuses a plan with an account whose edge is not checked.
fn check_verifiable(config: &Config, plan: &Plan) -> Result<(), CliError> {
    let unchecked = config.accounts.iter().find(|account| {
        !account.edge.verify
            && plan.requests.iter().any(|planned| planned.request.account == *account.name())
    });
    match unchecked {
        None => Ok(()),
        Some(account) => {
            let message =
                format!("the edge of {} is not checked: nothing was sent", account.name());
            Err(CliError::new(Class::Usage, message)
                .hint("Leave out --verify, or the account's `verify = false`."))
        }
    }
}

/// Classifies the reason why a draft cannot be planned.
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
