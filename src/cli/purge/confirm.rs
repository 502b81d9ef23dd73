//! The operator's word: different input for different risks.

use std::io::{self, IsTerminal};

use tokio::io::{AsyncBufReadExt, BufReader};

use super::{Options, shown};
use crate::cli::error::{Class, CliError};
use crate::cli::setup::Talk;
use crate::domain::plan::{Plan, Risk};
use crate::domain::zone::Zone;

/// Lets the run go on where the flags confirm the plan, or the operator does on the terminal, who is told the sum of the
/// findings before.
pub(super) async fn confirm(
    options: &Options,
    plan: &Plan,
    findings: Option<String>,
    talk: Talk,
    zone: Zone,
) -> Result<(), CliError> {
    let named = |cname: &String| options.confirm.iter().any(|word| word == cname);
    let wanted: Vec<&String> = plan.high_cnames.iter().filter(|cname| !named(cname)).collect();
    let confirmed = match plan.risk {
        Risk::Low | Risk::Raised => options.yes || !options.confirm.is_empty(),
        Risk::High { .. } => wanted.is_empty(),
    };
    if confirmed {
        return Ok(());
    }
    let from_stdin = options.from.as_ref().is_some_and(|path| path.as_os_str() == "-");
    let mistyped = plan.risk != Risk::Low && !options.confirm.is_empty();
    if from_stdin || mistyped || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(refused(plan, &wanted));
    }
    shown::summary(plan, zone, talk);
    if let Some(findings) = findings {
        talk.say(&findings);
    }
    let mut answers = BufReader::new(tokio::io::stdin()).lines();
    let mut ask = async |question: &str| {
        talk.prompt(question);
        answers.next_line().await.map(|line| line.map(|line| line.trim().to_owned()))
    };
    let agreed = match plan.risk {
        Risk::Low => ask("Enter sends it, anything else does not: ").await? == Some(String::new()),
        Risk::Raised => ask("y sends it: ").await?.as_deref() == Some("y"),
        Risk::High { .. } => {
            let mut agreed = true;
            for cname in &wanted {
                agreed = agreed
                    && ask(&format!("Type {cname} to send it: ")).await?.as_ref() == Some(*cname);
            }
            agreed
        }
    };
    if agreed {
        Ok(())
    } else {
        Err(CliError::new(Class::Refused, "not confirmed: nothing was sent"))
    }
}

fn refused(plan: &Plan, wanted: &[&String]) -> CliError {
    let hint = match plan.risk {
        Risk::Low | Risk::Raised => {
            "Look at it with --dry-run, and confirm it with --yes.".to_owned()
        }
        Risk::High { .. } => {
            let flags: Vec<String> =
                wanted.iter().map(|cname| format!("--confirm {cname}")).collect();
            format!(
                "It is a purge of everything, of a root pattern, or of something protected. Look at it with --dry-run, and confirm it with {}.",
                flags.join(" ")
            )
        }
    };
    CliError::new(Class::Refused, "not confirmed: nothing was sent").hint(hint)
}
