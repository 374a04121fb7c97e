//! `balcony export FILE`.

use std::io::Write;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context as _, Result, bail};
use balcony::command::{Command, ExportFormat, Request};
use balcony::control::Link;
use balcony::disk::export::{self, Export};
use balcony::disk::paths;
use balcony::disk::store::Store;
use balcony::event::Event;
use balcony::wire::jid::Jid;

use super::args::ExportArgs;
use super::{Exit, runtime};

/// Our own reference, to know our answer by.
const REF: &str = "balcony-export";

/// Writes through the running instance, or alone.
pub fn run(args: ExportArgs) -> Result<Exit> {
    let data = args.data.or_else(paths::data_dir);
    let data =
        data.context("there is no home folder to look for history in; say where with --data DIR")?;
    let with = args.with.map(|name| Jid::new(&name)).transpose();
    let to_stdout = args.file.as_os_str() == "-";
    let path = if to_stdout {
        data.join(format!("export-{}.part", std::process::id()))
    } else {
        absolute(&args.file).context("this is no name for a file")?
    };
    let export = Export {
        with: with.context("--with wants a full name, such as juliet@pronto")?,
        format: if args.text {
            ExportFormat::Text
        } else {
            ExportFormat::Json
        },
        path: path.clone(),
    };
    let messages = runtime()?.block_on(write(&data, export))?;
    if to_stdout {
        let printed = print(&path);
        std::fs::remove_file(&path).context("the copy in the data folder cannot be removed")?;
        printed?;
    } else {
        let is = if messages == 1 {
            "message is"
        } else {
            "messages are"
        };
        println!("{messages} {is} in {}", args.file.display());
    }
    Ok(Exit::Done)
}

async fn write(data: &Path, export: Export) -> Result<u64> {
    let running = Link::to_running(data)
        .await
        .context("the running instance does not answer")?;
    if let Some(link) = running {
        return ask(link, export).await;
    }
    if !data.join(balcony::disk::open::FILE).exists() {
        bail!("there is no history in {}", data.display());
    }
    let (store, ..) = Store::open(data)?;
    let written = export::run(&store, &export).await;
    store.close().await;
    written.map_err(anyhow::Error::msg)
}

async fn ask(mut link: Link, export: Export) -> Result<u64> {
    let Export { with, format, path } = export;
    let command = Command::Export { with, format, path };
    link.request(Request {
        command,
        reference: Some(REF.into()),
    })
    .await?;
    loop {
        match link.next().await.context("the node has ended")? {
            Event::Exported {
                messages,
                reference: Some(reference),
                ..
            } if reference == REF => return Ok(messages),
            Event::Error {
                reference: Some(reference),
                message,
            } if reference == REF => bail!("{message}"),
            _ => {}
        }
    }
}

fn print(path: &PathBuf) -> Result<()> {
    let mut file = std::fs::File::open(path).context("the export cannot be read")?;
    let mut out = std::io::stdout().lock();
    std::io::copy(&mut file, &mut out).context("standard output takes no more")?;
    out.flush().context("standard output takes no more")
}
