//! Answers every message with the same text. `cargo run --example echo_bot`, then write to "Echo".

use balcony::command::Command;
use balcony::event::Event;
use balcony::host;
use balcony::node::{self, NodeConfig};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let (node, ended) = node::start(NodeConfig {
        data: std::env::temp_dir().join("balcony-echo-bot"),
        user: "echo".into(),
        machine: Some(host::machine_name()),
        nick: Some("Echo".into()),
        port: None,
        wait_for_name: false,
        interfaces: Vec::new(),
        accept_files: None,
        plaintext: None,
    })?;
    let mut events = node.subscribe().await?.events;
    println!("Ctrl+C ends it.");
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            _ = tokio::signal::ctrl_c() => break,
        };
        match event.as_deref() {
            Some(Event::Ready { jid, .. }) => println!("I am {jid}."),
            Some(Event::MessageReceived { message }) => {
                println!("{}: {}", message.from, message.body.escape_debug());
                let (to, body) = (message.from.clone(), message.body.clone());
                node.request(Command::Send {
                    to,
                    body,
                    spoiler: None,
                })
                .await?;
            }
            Some(Event::Error { message, .. }) => eprintln!("{message}"),
            Some(_) => {}
            None => break,
        }
    }
    // Say goodbye, so that nobody sees a ghost, and let everything reach the disk.
    let _ = node.request(Command::Quit).await;
    drop((node, events));
    ended.wait();
    Ok(())
}
