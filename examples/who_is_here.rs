//! Prints who comes, who goes and who changes, for as long as it runs. `cargo run --example who_is_here`

use balcony::command::Command;
use balcony::event::Event;
use balcony::host;
use balcony::node::{self, NodeConfig};
use balcony::terminal::clean;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let (node, ended) = node::start(NodeConfig {
        data: std::env::temp_dir().join("balcony-who-is-here"),
        user: format!("{}-watching", host::user_name()),
        machine: None,
        nick: None,
        port: None,
        wait_for_name: false,
        interfaces: Vec::new(),
        accept_files: None,
        plaintext: None,
    })?;
    let joined = node.subscribe().await?;
    for contact in joined
        .model
        .contacts
        .values()
        .filter(|contact| contact.is_online())
    {
        println!("here     {}", clean(&contact.nick));
    }
    let mut events = joined.events;
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            _ = tokio::signal::ctrl_c() => break,
        };
        match event.as_deref() {
            Some(Event::PeerOnline { peer }) => println!("came     {}", clean(&peer.nick)),
            Some(Event::PeerChanged { peer }) => {
                println!("changed  {} {:?}", clean(&peer.nick), peer.show)
            }
            Some(Event::PeerOffline { jid, .. }) => println!("left     {}", clean(jid.as_str())),
            Some(Event::Error { message, .. }) => eprintln!("{message}"),
            Some(_) => {}
            None => break,
        }
    }
    let _ = node.request(Command::Quit).await;
    drop((node, events));
    ended.wait();
    Ok(())
}
