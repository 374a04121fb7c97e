//! The program as a user or a script meets it: arguments, exit codes, words about what is wrong, JSON lines. Needs no
//! peers, no display and no root.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

fn balcony() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_balcony"));
    command.env_remove("BALCONY_LOG").env("NO_COLOR", "1");
    command
}

fn run(arguments: &[&str]) -> Output {
    balcony()
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A node that is on no real network: it may use only an interface that does not exist.
fn alone(data: &Path) -> Vec<String> {
    let words = [
        "headless",
        "--data",
        data.to_str().unwrap(),
        "--name",
        "romeo",
        "--machine",
        "forza",
        "--interface",
        "none0",
    ];
    words.map(str::to_owned).to_vec()
}

/// A running `balcony headless`.
struct Headless {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Headless {
    fn start(data: &Path) -> Headless {
        Headless::start_with(data, &[])
    }

    fn start_with(data: &Path, more: &[&str]) -> Headless {
        let mut child = balcony()
            .args(alone(data))
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (input, output) = (
            child.stdin.take(),
            BufReader::new(child.stdout.take().unwrap()),
        );
        Headless {
            child,
            input,
            output,
        }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next event that fits; the end of the output is a failure.
    fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut line = String::new();
            assert_ne!(
                self.output.read_line(&mut line).unwrap(),
                0,
                "the output ended before the event came"
            );
            let event: Value = serde_json::from_str(&line).unwrap();
            assert!(
                line.starts_with("{\"event\":"),
                "\"event\" stands first: {line}"
            );
            if fits(&event) {
                return event;
            }
        }
    }

    fn error(&mut self) -> Value {
        self.until(|event| event["event"] == "error")
    }

    /// Waits for a snapshot: everything said before was handled.
    fn snapshot(&mut self) -> Value {
        self.say(r#"{"command":"snapshot","ref":"sync"}"#);
        self.until(|event| event["event"] == "snapshot" && event["ref"] == "sync")
    }

    /// Ends the input; the exit code.
    fn end(mut self) -> Option<i32> {
        self.input = None;
        while self.output.read_line(&mut String::new()).unwrap() > 0 {}
        self.child.wait().unwrap().code()
    }
}

#[test]
fn help_names_every_face_and_its_exit_codes() {
    let output = run(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    for word in [
        "headless",
        "terminal",
        "send",
        "peers",
        "doctor",
        "Examples",
        "Exit codes",
    ] {
        assert!(text.contains(word), "{word} is missing in:\n{text}");
    }
    let version = String::from_utf8(run(&["--version"]).stdout).unwrap();
    assert_eq!(
        version.trim(),
        concat!("balcony ", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn wrong_arguments_are_named_and_exit_with_2() {
    for (arguments, word) in [
        (vec!["--dance"], "--dance"),
        (vec!["dance"], "dance"),
        (vec!["headless", "--port", "0"], "0"),
        (vec!["headless", "--port", "70000"], "70000"),
        (vec!["headless", "--plaintext", "never"], "secure-only"),
        (vec!["send", "juliet"], "TEXT"),
        (vec!["peers", "--wait", "soon"], "soon"),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            stderr(&output).contains(word),
            "{arguments:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_data_folder_that_cannot_be_used_is_named_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let inside = file.join("data");
    for face in ["headless", "peers"] {
        let output = run(&[face, "--data", inside.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1));
        let word = stderr(&output);
        assert!(
            word.contains(inside.to_str().unwrap()) && word.contains("--data"),
            "{word}"
        );
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), "in the way");
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Headless::start(dir.path()).end(), Some(0));
    let path = dir.path().join("balcony.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 9999).unwrap();
    db.close().unwrap();
    let before = std::fs::read(&path).unwrap();
    let arguments = alone(dir.path());
    let output = run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("newer Balcony"),
        "{}",
        stderr(&output)
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_session_in_memory_goes_on_where_the_disk_does_not_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut usual = Headless::start(dir.path());
    let key = usual.snapshot()["me"]["fingerprint"].clone();
    assert!(key.is_string(), "{key}");
    assert_eq!(usual.end(), Some(0));
    let path = dir.path().join("balcony.db");
    std::fs::write(&path, "no database").unwrap();
    let files = || {
        let entries = std::fs::read_dir(dir.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = files();
    let mut session = Headless::start_with(dir.path(), &["--in-memory"]);
    let place = [
        "/dev/shm".into(),
        std::env::var("XDG_RUNTIME_DIR").unwrap_or_default(),
    ]
    .map(|place| Path::new(&place).join(format!("balcony-memory-{}", session.child.id())));
    assert_eq!(
        session.snapshot()["me"]["fingerprint"],
        key,
        "contacts know us"
    );
    assert!(place.iter().any(|place| place.exists()), "{place:?}");
    session.say(r#"{"command":"send","to":"juliet@pronto","body":"wait for me","ref":1}"#);
    session.until(|event| event["event"] == "message-state" && event["state"] == "queued");
    assert_eq!(session.end(), Some(0));
    assert!(!place.iter().any(|place| place.exists()), "{place:?}");
    assert_eq!(std::fs::read(&path).unwrap(), b"no database");
    assert_eq!(files(), before);
}

#[test]
fn a_second_start_on_a_folder_says_who_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = Headless::start(dir.path());
    first.snapshot();
    let arguments = alone(dir.path());
    let output = run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(1));
    let word = stderr(&output);
    assert!(
        word.contains("already running") && word.contains(&first.child.id().to_string()),
        "{word}"
    );
    first.snapshot();
    assert_eq!(first.end(), Some(0));
}

#[test]
fn bad_lines_get_an_error_with_their_reference_and_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = Headless::start(dir.path());
    // The interfaces are told once, shortly after the start.
    node.until(|event| event["event"] == "network");
    let before = node.snapshot();
    node.say("hello");
    assert!(node.error()["message"].as_str().unwrap().contains("JSON"));
    node.say(r#"{"command":"dance","ref":{"n":7}}"#);
    let error = node.error();
    assert_eq!(error["ref"], json!({"n": 7}));
    assert!(error["message"].as_str().unwrap().contains("dance"));
    node.say(r#"{"command":"send","to":"juliet@pronto","body":7,"ref":"wrong type"}"#);
    assert_eq!(node.error()["ref"], "wrong type");
    node.say(r#"{"command":"status","show":"asleep","ref":"no such state"}"#);
    assert_eq!(node.error()["ref"], "no such state");
    node.say(&format!(
        r#"{{"command":"send","to":"juliet@pronto","body":"{}"}}"#,
        "x".repeat(2 << 20)
    ));
    assert!(node.error()["message"].as_str().unwrap().contains("longer"));
    let after = node.snapshot();
    // The interfaces may only be found out in between.
    for part in ["me", "peers", "conversations"] {
        assert_eq!(after[part], before[part]);
    }
    assert_eq!(node.end(), Some(0));
}

#[test]
fn a_message_to_somebody_who_is_not_here_waits_and_outlives_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = Headless::start(dir.path());
    node.say(r#"{"command":"send","to":"juliet@pronto","body":"Wherefore?\u0007","ref":1}"#);
    let queued = node.until(|event| event["event"] == "message-state" && event["ref"] == 1);
    assert_eq!(
        (&queued["state"], &queued["to"]),
        (&json!("queued"), &json!("juliet@pronto"))
    );
    node.child.kill().unwrap();
    node.child.wait().unwrap();
    let mut again = Headless::start(dir.path());
    again.say(r#"{"command":"history","with":"juliet@pronto","ref":2}"#);
    let history = again.until(|event| event["event"] == "history");
    assert_eq!(history["messages"][0]["id"], queued["id"]);
    assert_eq!(history["messages"][0]["state"], "queued");
    assert_eq!(again.end(), Some(0));
}

#[test]
fn settings_outlive_a_restart_and_what_was_chosen_for_one_run_does_not_stick() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = Headless::start(dir.path());
    let part = r#"{"nick":"Julia","publish":{"email":true},"away_after_minutes":3}"#;
    first.say(&format!(
        r#"{{"command":"configure","settings":{part},"ref":1}}"#
    ));
    first.until(|event| event["event"] == "done" && event["ref"] == 1);
    assert_eq!(first.end(), Some(0));

    let mut second = Headless::start(dir.path());
    second.say(r#"{"command":"configure","settings":{},"ref":2}"#);
    let event = second.until(|event| event["event"] == "settings");
    let settings = &event["settings"];
    assert_eq!(settings["nick"], "Julia");
    assert_eq!(settings["publish"]["email"], true);
    assert_eq!(settings["away_after_minutes"], 3);
    assert_eq!(second.end(), Some(0));
}

#[test]
fn quit_and_sigterm_end_it_cleanly() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = Headless::start(dir.path());
    node.say(r#"{"command":"quit"}"#);
    while node.output.read_line(&mut String::new()).unwrap() > 0 {}
    assert_eq!(node.child.wait().unwrap().code(), Some(0));
    let mut node = Headless::start(dir.path());
    node.snapshot();
    let pid = rustix::process::Pid::from_child(&node.child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    while node.output.read_line(&mut String::new()).unwrap() > 0 {}
    assert_eq!(node.child.wait().unwrap().code(), Some(0));
    assert!(
        !dir.path().join("control.sock").exists(),
        "the control socket went with it"
    );
}

#[test]
fn a_closed_output_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = Headless::start(dir.path());
    node.snapshot();
    let Headless {
        mut child,
        input,
        output,
    } = node;
    drop(output);
    let mut input = input.unwrap();
    // Each answer is a chance to notice; the input closes with the process.
    while writeln!(input, "{{\"command\":\"snapshot\"}}").is_ok() {}
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn other_programs_use_the_running_instance() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    let mut node = Headless::start(dir.path());
    node.snapshot();
    let peers = run(&["peers", "--json", "--data", data]);
    assert_eq!(peers.status.code(), Some(0), "{}", stderr(&peers));
    assert_eq!(
        serde_json::from_slice::<Value>(&peers.stdout).unwrap(),
        json!([])
    );
    let send = run(&["send", "--data", data, "--wait", "0", "Juliet", "Hello"]);
    assert_eq!(send.status.code(), Some(3));
    assert!(stderr(&send).contains("Juliet"), "{}", stderr(&send));
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(dir.path().join("control.sock"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(node.end(), Some(0));
}

#[test]
fn a_socket_left_behind_by_a_killed_instance_is_no_hindrance() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = Headless::start(dir.path());
    node.snapshot();
    node.child.kill().unwrap();
    node.child.wait().unwrap();
    assert!(dir.path().join("control.sock").exists());
    let mut again = Headless::start(dir.path());
    again.snapshot();
    let peers = run(&["peers", "--json", "--data", dir.path().to_str().unwrap()]);
    assert_eq!(peers.status.code(), Some(0), "{}", stderr(&peers));
    assert_eq!(again.end(), Some(0));
}

#[test]
fn the_line_chat_works_through_a_pipe() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = balcony()
        .args([
            "terminal",
            "--data",
            dir.path().to_str().unwrap(),
            "--name",
            "romeo",
            "--interface",
            "none0",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"/help\nhello\n/to nobody\n/quit\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("/history") && text.contains("To whom?") && text.contains("\"nobody\""),
        "{text}"
    );
    assert!(!text.contains('\x1b'), "no escape sequences through a pipe");
}

#[test]
fn doctor_names_the_fault_when_no_interface_can_be_used() {
    let dir = tempfile::tempdir().unwrap();
    let output = run(&[
        "doctor",
        "--json",
        "--data",
        dir.path().to_str().unwrap(),
        "--interface",
        "none0",
    ]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let fault = findings
        .iter()
        .find(|finding| finding["check"] == "interface" && finding["level"] == "fault");
    assert!(
        fault.unwrap()["remedy"]
            .as_str()
            .unwrap()
            .contains("--interface")
    );
    assert!(
        findings
            .iter()
            .any(|finding| finding["check"] == "data" && finding["level"] == "fine")
    );
}
