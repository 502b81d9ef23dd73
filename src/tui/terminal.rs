//! The process's own terminal: alternate screen, raw keys, bracketed paste, mouse; all of it undone
//! on exit, also after a panic.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
    EnableFocusChange, EnableMouseCapture,
};
use crossterm::style::ResetColor;
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::buffer::Buffer;
use tokio::sync::Notify;

use super::frame_encoder::{DrawingAbilities, FrameEncoder};
use super::{TerminalIo, editor};
use crate::config::secret::variables::SecretVariables;

/// The process's terminal, while it is ours.
#[derive(Debug)]
pub(super) struct ProcessTerminal {
    out: Output,
    encoder: FrameEncoder,
    mouse: bool,
    /// The variables that an editor does not get.
    withheld: SecretVariables,
    guard: Arc<TerminalGuard>,
}

/// The standard output without a buffer of lines, which would write a frame in parts.
#[cfg(unix)]
type Output = std::fs::File;

#[cfg(unix)]
fn output() -> io::Result<Output> {
    use std::os::fd::AsFd as _;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

/// The standard output: elsewhere the console must be told that its bytes are UTF-8.
#[cfg(not(unix))]
type Output = io::Stdout;

#[cfg(not(unix))]
fn output() -> io::Result<Output> {
    Ok(io::stdout())
}

/// Restores the terminal once; shared by everybody who may have to.
#[derive(Debug, Default)]
pub(super) struct TerminalGuard {
    taken: AtomicBool,
    /// Notified of a panic, after the terminal was restored.
    pub(super) panicked: Notify,
}

impl ProcessTerminal {
    /// Takes the terminal. It is not queried, so there is no answer to wait for.
    pub(super) fn open(
        abilities: DrawingAbilities,
        mouse: bool,
        withheld: SecretVariables,
        guard: Arc<TerminalGuard>,
    ) -> io::Result<Self> {
        let mut terminal =
            Self { out: output()?, encoder: FrameEncoder::new(abilities), mouse, withheld, guard };
        terminal.enter()?;
        Ok(terminal)
    }

    /// Writes at once what is no frame.
    fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }
}

impl Drop for ProcessTerminal {
    /// Restores the terminal.
    fn drop(&mut self) {
        self.guard.restore();
    }
}

impl TerminalIo for ProcessTerminal {
    fn size(&self) -> io::Result<(u16, u16)> {
        crossterm::terminal::size()
    }

    fn write(&mut self, shown: &mut Buffer, next: &Buffer) -> io::Result<()> {
        self.out.write_all(self.encoder.encode(shown, next))?;
        self.out.flush()
    }

    fn clear(&mut self) -> io::Result<()> {
        self.encoder.clear();
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut sequence = Vec::new();
        queue!(sequence, CopyToClipboard::to_clipboard_from(text))?;
        self.say(&sequence)
    }

    fn ring(&mut self) -> io::Result<()> {
        self.say(b"\x07")
    }

    fn message(&mut self, text: &str) -> io::Result<()> {
        self.say(format!("\x1b]9;{text}\x1b\\").as_bytes())
    }

    fn leave(&mut self) -> io::Result<()> {
        self.guard.restore();
        Ok(())
    }

    fn enter(&mut self) -> io::Result<()> {
        self.guard.taken.store(true, Ordering::SeqCst);
        // After a stop that could not be prepared for, the modes are the shell's, while they are
        // still taken for ours. In the background this stops the process before it writes.
        disable_raw_mode()?;
        enable_raw_mode()?;
        let mut modes = Vec::new();
        queue!(modes, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange, Hide)?;
        if self.mouse {
            queue!(modes, EnableMouseCapture)?;
        }
        self.say(&modes)
    }

    #[cfg(unix)]
    fn can_stop(&self) -> bool {
        use rustix::process::{getpgrp, getsid};
        // The leader of a session has no shell above it in that session: its terminal's window
        // would stand still for ever.
        getsid(None).is_ok_and(|session| session != getpgrp())
    }

    #[cfg(unix)]
    fn suspend(&self) -> io::Result<()> {
        use rustix::process::{Signal, kill_current_process_group};
        Ok(kill_current_process_group(Signal::TSTP)?)
    }

    #[cfg(unix)]
    fn stop(&self) -> io::Result<()> {
        use rustix::process::{Signal, getpid, kill_process};
        // Not by the signal for it, which is caught.
        Ok(kill_process(getpid(), Signal::STOP)?)
    }

    #[cfg(not(unix))]
    fn can_stop(&self) -> bool {
        false
    }

    #[cfg(not(unix))]
    fn suspend(&self) -> io::Result<()> {
        Ok(())
    }

    #[cfg(not(unix))]
    fn stop(&self) -> io::Result<()> {
        Ok(())
    }

    async fn edit(&self, text: &str) -> Result<Option<String>, String> {
        editor::edit(text, &self.withheld).await
    }
}

impl TerminalGuard {
    /// Undoes everything, once: leaving the alternate screen again would put the cursor back to
    /// where it was left, over whatever was written since.
    fn restore(&self) {
        if !self.taken.swap(false, Ordering::SeqCst) {
            return;
        }
        let mut out = io::stdout();
        // An error of writing cannot be handled here.
        let _ = execute!(
            out,
            EndSynchronizedUpdate,
            ResetColor,
            DisableMouseCapture,
            DisableFocusChange,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
    }
}

/// Installs a panic hook that restores the terminal before it prints, and then notifies the guard.
pub(super) fn restore_on_panic() -> Arc<TerminalGuard> {
    let guard = Arc::new(TerminalGuard::default());
    let guarded = Arc::clone(&guard);
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        guarded.restore();
        usual(info);
        guarded.panicked.notify_one();
    }));
    guard
}
