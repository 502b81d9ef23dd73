//! Confirmation of a plan: different input for different risks.

use std::io::{self, IsTerminal};

use tokio::io::{AsyncBufReadExt, BufReader};

use super::{Options, output};
use crate::cli::console::Console;
use crate::cli::error::{Class, CliError};
use crate::domain::plan::{Plan, Risk};
use crate::domain::zone::Zone;

/// Waits until the flags, or the operator on the terminal, have confirmed the plan. The operator
/// sees the summary and the counts of the findings first.
pub(super) async fn confirm(
    options: &Options,
    plan: &Plan,
    findings: Option<String>,
    console: Console,
    zone: Zone,
) -> Result<(), CliError> {
    let named = |cname: &String| options.confirm.iter().any(|word| word == cname);
    let missing: Vec<&String> = plan.high_cnames.iter().filter(|cname| !named(cname)).collect();
    let confirmed = match plan.risk {
        Risk::Low | Risk::Raised => options.yes || !options.confirm.is_empty(),
        Risk::High { .. } => missing.is_empty(),
    };
    if confirmed {
        return Ok(());
    }
    let from_stdin = options.from.as_ref().is_some_and(|path| path.as_os_str() == "-");
    let mistyped = plan.risk != Risk::Low && !options.confirm.is_empty();
    if from_stdin || mistyped || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(refused(plan, &missing));
    }
    output::summary(plan, zone, console);
    if let Some(findings) = findings {
        console.info(&findings);
    }
    let mut answers = BufReader::new(tokio::io::stdin()).lines();
    let mut ask = async |question: &str| {
        console.prompt(question);
        answers.next_line().await.map(|line| line.map(|line| line.trim().to_owned()))
    };
    let agreed = match plan.risk {
        Risk::Low => {
            ask("Press enter to send, anything else to cancel: ").await? == Some(String::new())
        }
        Risk::Raised => ask("Type y to send: ").await?.as_deref() == Some("y"),
        Risk::High { .. } => {
            let mut agreed = true;
            for cname in &missing {
                agreed = agreed
                    && ask(&format!("Type {cname} to send: ")).await?.as_ref() == Some(*cname);
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

fn refused(plan: &Plan, missing: &[&String]) -> CliError {
    let hint = match plan.risk {
        Risk::Low | Risk::Raised => {
            "See the plan with --dry-run, and confirm it with --yes.".to_owned()
        }
        Risk::High { .. } => {
            let flags: Vec<String> =
                missing.iter().map(|cname| format!("--confirm {cname}")).collect();
            format!(
                "It purges everything, a root pattern, a host, or something protected. See the \
                 plan with --dry-run, and confirm it with {}.",
                flags.join(" ")
            )
        }
    };
    CliError::new(Class::Refused, "not confirmed: nothing was sent").hint(hint)
}
