//! The terminal or pipe that the command talks to.

use std::fmt;
use std::io::{self, ErrorKind, IsTerminal as _, Write};

use crate::failure::Failure;
use crate::human::clean;

/// Where the command writes, and whether somebody sits there.
pub struct Console<'a> {
    stdout: &'a mut dyn Write,
    terminal: bool,
    interactive: bool,
    color: bool,
    lost: bool,
}

impl<'a> Console<'a> {
    /// Writes to `stdout` as if that were no terminal, and asks nobody.
    pub fn new(stdout: &'a mut dyn Write, color: bool) -> Self {
        Self { stdout, terminal: false, interactive: false, color, lost: false }
    }

    /// Writes to the standard output of this process, and asks who sits at its terminal.
    pub fn of_process(stdout: &'a mut io::Stdout) -> Self {
        let terminal = stdout.is_terminal();
        // https://no-color.org: set and not empty.
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let interactive = io::stdin().is_terminal() && io::stderr().is_terminal();
        Self { stdout, terminal, interactive, color: terminal && !plain, lost: is_null() }
    }

    /// Whether what is printed is seen by a person.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether what is printed goes nowhere.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost
    }

    pub(crate) fn color(&self) -> bool {
        self.color
    }

    /// For what writes its result itself.
    pub(crate) fn parts(&mut self) -> (&mut dyn Write, bool) {
        (self.stdout, self.color)
    }

    /// Prints a result. A reader that has seen enough, such as `head`, does not change the verdict.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Failure> {
        match self.hand_out(text.as_bytes()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::new("the result cannot be printed")
                    .because(&error)
                    .status(crate::status::FAILED))
            }
            _ => Ok(()),
        }
    }

    /// Prints what must not be lost.
    pub(crate) fn hand_out(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stdout.write_all(bytes)?;
        self.stdout.flush()
    }

    /// A remark beside the result.
    pub(crate) fn note(&self, text: impl fmt::Display) {
        // Nobody is left to tell when this fails.
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Something that is probably not as it should be.
    pub(crate) fn warn(&self, text: impl fmt::Display) {
        self.note(format_args!("warning: {text}"));
    }

    /// Asks before something that cannot be undone, unless `yes`.
    pub(crate) fn confirm(&self, question: &str, yes: bool) -> Result<(), Failure> {
        if yes {
            return Ok(());
        }
        if !self.interactive {
            return Err(Failure::new("this needs a yes, and there is nobody to ask")
                .why(clean(question))
                .advice("--yes to do it, --dry-run to see what would be done"));
        }
        let mut stderr = io::stderr();
        let asked = write!(stderr, "{} [y/N] ", clean(question)).and_then(|()| stderr.flush());
        let mut answer = String::new();
        asked
            .and_then(|()| io::stdin().read_line(&mut answer))
            .map_err(|error| Failure::new("the question cannot be asked").because(&error))?;
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Failure::new("not confirmed; nothing was done")),
        }
    }
}

/// Whether the standard output is /dev/null. A closed one is, too: the runtime puts it there.
#[cfg(unix)]
fn is_null() -> bool {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let Ok(output) = io::stdout().as_fd().try_clone_to_owned() else { return true };
    let output = std::fs::File::from(output).metadata();
    match (output, std::fs::metadata("/dev/null")) {
        (Ok(output), Ok(null)) => output.file_type().is_char_device() && output.rdev() == null.rdev(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_null() -> bool {
    false
}

impl fmt::Debug for Console<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("terminal", &self.terminal).finish_non_exhaustive()
    }
}
