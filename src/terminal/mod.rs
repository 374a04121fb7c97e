//! Floor 4: the line chat, for a terminal without a display. On a terminal the line being typed stays whole below what
//! comes in; through a pipe it is plain lines. Nothing that a peer can send reaches the terminal as a control
//! character. Colours only on a terminal, and not with `NO_COLOR` (no-color.org).

mod commands;
mod editor;
mod files;
mod rooms;
mod screen;
mod show;

use std::io;
use std::sync::Arc;

use tokio::io::AsyncReadExt;
use tokio::signal::unix::{SignalKind, signal};

use crate::command::Command;
use crate::event::Event;
use crate::headless::lines::Lines;
use crate::headless::stdin;
use crate::model::Model;
use crate::node::NodeHandle;
use crate::wire::jid::Jid;
use commands::Wish;
use editor::{Editor, Typed};
use screen::Screen;
pub use show::clean;

/// Chats until the user leaves, the input ends, SIGINT, SIGTERM or SIGHUP comes, or the node ends. The node is told to
/// quit in any case.
///
/// # Errors
/// If the node had ended before, or nobody takes our output any more.
pub async fn run(node: &NodeHandle) -> io::Result<()> {
    let subscription = node.subscribe().await.map_err(io::Error::other)?;
    let mut chat = Chat {
        node: node.clone(),
        model: subscription.model,
        to: None,
        screen: Screen::new()?,
        editor: Editor::default(),
    };
    let result = chat.talk(subscription.events).await;
    let _ = node.request(Command::Quit).await;
    chat.screen.leave();
    result
}

struct Chat {
    node: NodeHandle,
    model: Model,
    /// Whom the next line goes to.
    to: Option<Jid>,
    screen: Screen,
    editor: Editor,
}

/// What the keyboard or the pipe gave.
enum Input {
    Bytes(Vec<u8>),
    Line(String),
    End,
}

impl Chat {
    async fn talk(
        &mut self,
        mut events: tokio::sync::mpsc::Receiver<Arc<Event>>,
    ) -> io::Result<()> {
        let mut stops = [
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ];
        let [interrupt, terminate, hangup] = &mut stops;
        let mut resized = signal(SignalKind::window_change())?;
        // Ctrl+Z and fg: the shell has had the terminal in between.
        let mut resumed = signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?;
        let mut keyboard = Keyboard::new(self.screen.is_terminal());
        self.welcome()?;
        loop {
            self.prompt()?;
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => self.happened(&event)?,
                    None => return Ok(()),
                },
                input = keyboard.next() => match input? {
                    Input::Bytes(bytes) => if self.typed(&bytes).await? { return Ok(()) },
                    Input::Line(line) => if self.entered(&line).await? { return Ok(()) },
                    Input::End => return Ok(()),
                },
                _ = resized.recv() => self.screen.resize(),
                _ = resumed.recv() => self.screen.resume()?,
                _ = interrupt.recv() => return Ok(()),
                _ = terminate.recv() => return Ok(()),
                _ = hangup.recv() => return Ok(()),
            }
        }
    }

    fn welcome(&mut self) -> io::Result<()> {
        let style = self.screen.style();
        self.screen.print(&style.dim(
            "Type /help for what there is. Whoever comes is shown here; /to NAME, then write.",
        ))?;
        self.screen.print(&show::who(&self.model, style))
    }

    fn prompt(&mut self) -> io::Result<()> {
        let to = self
            .to
            .as_ref()
            .map(|jid| show::name(&self.model, jid))
            .unwrap_or_default();
        self.screen.prompt(&to, &self.editor)
    }

    fn happened(&mut self, event: &Event) -> io::Result<()> {
        let line = show::event(&self.model, event, self.screen.style());
        self.model.apply(event);
        if let Some(line) = line {
            self.screen.print(&line)?;
        }
        if let Event::MessageReceived { message } = event {
            self.to.get_or_insert_with(|| message.from.clone());
            // A pipe is no proof that somebody reads.
            if self.screen.is_terminal() {
                let _ = self.node.try_request(Command::Displayed {
                    id: message.id.clone(),
                });
            }
        }
        self.model.notices.clear();
        Ok(())
    }

    /// True at the end.
    async fn typed(&mut self, bytes: &[u8]) -> io::Result<bool> {
        for &byte in bytes {
            match self.editor.byte(byte) {
                Typed::Nothing => {}
                Typed::Line(line) => {
                    if self.entered(&line).await? {
                        return Ok(true);
                    }
                }
                Typed::Complete => commands::complete(&self.model, &mut self.editor),
                Typed::End => return Ok(true),
            }
        }
        Ok(false)
    }

    /// True at the end.
    async fn entered(&mut self, line: &str) -> io::Result<bool> {
        let style = self.screen.style();
        match commands::read(&self.model, self.to.as_ref(), line) {
            Wish::Nothing => {}
            Wish::Quit => return Ok(true),
            Wish::Say(text) => self.screen.print(&text)?,
            Wish::Who => self.screen.print(&show::who(&self.model, style))?,
            Wish::Network => self.screen.print(&show::network(&self.model))?,
            Wish::To(jid) => {
                self.to = Some(jid);
                if !self.screen.is_terminal() {
                    self.screen.print(&format!(
                        "Writing to {}.",
                        self.to.as_ref().map_or("", Jid::as_str)
                    ))?;
                }
            }
            Wish::Ask(command) => {
                if self.node.request(command).await.is_err() {
                    return Ok(true);
                }
            }
            Wish::Search(text) => {
                for command in commands::search(&self.model, text) {
                    if self.node.request(command).await.is_err() {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }
}

/// Keys from a terminal, lines from a pipe.
enum Keyboard {
    Keys(Box<dyn tokio::io::AsyncRead + Send + Unpin>),
    Pipe(Box<Lines<Box<dyn tokio::io::AsyncRead + Send + Unpin>>>),
}

impl Keyboard {
    fn new(terminal: bool) -> Keyboard {
        if terminal {
            Keyboard::Keys(stdin())
        } else {
            Keyboard::Pipe(Box::new(Lines::new(stdin())))
        }
    }

    async fn next(&mut self) -> io::Result<Input> {
        match self {
            Keyboard::Keys(input) => {
                let mut bytes = vec![0; 1024];
                let count = input.read(&mut bytes).await?;
                bytes.truncate(count);
                Ok(if count == 0 {
                    Input::End
                } else {
                    Input::Bytes(bytes)
                })
            }
            Keyboard::Pipe(lines) => Ok(match lines.next().await? {
                None => Input::End,
                Some(Err(_)) => Input::Line(String::new()),
                Some(Ok(line)) => Input::Line(
                    String::from_utf8_lossy(&line)
                        .trim_end_matches(['\r', '\n'])
                        .to_owned(),
                ),
            }),
        }
    }
}
