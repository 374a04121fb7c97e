//! What was said, in a file for other programs (JSON) or for people (text).

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use jiff::tz::TimeZone;

use super::store::Store;
use crate::command::ExportFormat;
use crate::event::{ConversationSummary, Hit, Message};
use crate::wire::jid::Jid;

/// What is to be written where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// One conversation, or all.
    pub with: Option<Jid>,
    /// How.
    pub format: ExportFormat,
    /// A file that does not exist yet.
    pub path: PathBuf,
}

/// Messages read at a time.
const PAGE: u32 = 500;

/// Writes the file; how many messages are in it. It is readable for its owner only. Blocks on the disk.
///
/// # Errors
/// A sentence for people: the file is there already or cannot be written, or the database cannot be read. No file is
/// left behind then.
pub async fn run(store: &Store, export: &Export) -> Result<u64, String> {
    let failed = |error: io::Error| format!("{} cannot be written: {error}", export.path.display());
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&export.path)
        .map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                format!(
                    "{} exists already: choose another name",
                    export.path.display()
                )
            }
            _ => failed(error),
        })?;
    let written = write(store, export, file, failed).await;
    if written.is_err() {
        let _ = std::fs::remove_file(&export.path);
    }
    written
}

async fn write(
    store: &Store,
    export: &Export,
    file: File,
    failed: impl Fn(io::Error) -> String,
) -> Result<u64, String> {
    let mut conversations = store.conversations().await?;
    if let Some(only) = &export.with {
        conversations.retain(|with, _| with == only);
        if conversations.is_empty() {
            return Err(format!("there is no conversation with {only}"));
        }
    }
    let mut sink = Sink {
        out: BufWriter::new(file),
        format: export.format,
        messages: 0,
    };
    sink.begin().map_err(&failed)?;
    for (at, (with, summary)) in conversations.iter().enumerate() {
        sink.conversation(at, with, summary).map_err(&failed)?;
        let mut row = Some(0);
        let mut first = true;
        while let Some(after) = row {
            let hits: Vec<Hit>;
            (hits, row) = store.walk(Some(with.clone()), after, PAGE).await?;
            for hit in hits {
                sink.message(&summary.nick, &hit.message, std::mem::take(&mut first))
                    .map_err(&failed)?;
            }
        }
        sink.conversation_over().map_err(&failed)?;
    }
    sink.end().map_err(&failed)?;
    Ok(sink.messages)
}

struct Sink {
    out: BufWriter<File>,
    format: ExportFormat,
    messages: u64,
}

impl Sink {
    fn begin(&mut self) -> io::Result<()> {
        match self.format {
            ExportFormat::Json => write!(self.out, "{{\"conversations\":["),
            ExportFormat::Text => Ok(()),
        }
    }

    fn conversation(
        &mut self,
        at: usize,
        with: &Jid,
        summary: &ConversationSummary,
    ) -> io::Result<()> {
        match self.format {
            ExportFormat::Json => {
                let comma = if at > 0 { "," } else { "" };
                write!(self.out, "{comma}\n{{\"with\":")?;
                serde_json::to_writer(&mut self.out, with)?;
                write!(self.out, ",\"nick\":")?;
                serde_json::to_writer(&mut self.out, &summary.nick)?;
                write!(self.out, ",\"messages\":[")
            }
            ExportFormat::Text => {
                let space = if at > 0 { "\n" } else { "" };
                let name = match summary.nick.as_str() {
                    "" => with.to_string(),
                    nick if nick == with.as_str() => with.to_string(),
                    nick => format!("{nick} ({with})"),
                };
                writeln!(self.out, "{space}Conversation with {name}\n")
            }
        }
    }

    fn message(&mut self, nick: &str, message: &Message, first: bool) -> io::Result<()> {
        self.messages += 1;
        match self.format {
            ExportFormat::Json => {
                let comma = if first { "" } else { "," };
                writeln!(self.out, "{comma}")?;
                serde_json::to_writer(&mut self.out, message)?;
                Ok(())
            }
            ExportFormat::Text => {
                let time = message.time.to_zoned(TimeZone::system());
                let who = match (message.is_own(), nick) {
                    (true, _) => "me",
                    (false, "") => message.from.as_str(),
                    (false, nick) => nick,
                };
                // Lines of one message stand under each other.
                let body = message.body.replace('\n', "\n    ");
                writeln!(self.out, "{} {who}: {body}", time.strftime("%F %T"))
            }
        }
    }

    fn conversation_over(&mut self) -> io::Result<()> {
        match self.format {
            ExportFormat::Json => write!(self.out, "\n]}}"),
            ExportFormat::Text => Ok(()),
        }
    }

    fn end(&mut self) -> io::Result<()> {
        if self.format == ExportFormat::Json {
            writeln!(self.out, "\n]}}")?;
        }
        self.out.flush()?;
        self.out.get_ref().sync_all()
    }
}
