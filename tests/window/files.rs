//! Files in the window: what is offered, what moves, what is done, and what is asked for.

use std::path::PathBuf;

use crate::desk::*;

fn a_file(transfer: &str, outgoing: bool, state: FileState) -> File {
    File {
        transfer: transfer.into(),
        peer: jid("anna@pc"),
        outgoing,
        name: format!("{transfer}.pdf"),
        size: 5 << 20,
        media_type: Some("application/pdf".into()),
        folder: None,
        state,
        bytes: 2 << 20,
        encrypted: false,
        path: Some(PathBuf::from(format!("/home/alice/{transfer}.pdf"))),
        sha256: None,
        reason: None,
        time: at(-3),
    }
}

fn with(files: &[File]) -> Model {
    let mut model = three();
    for file in files {
        model.apply(&Event::FileState {
            file: file.clone(),
            reference: None,
        });
    }
    model
}

fn click(screen: &mut Screen, name: &str) {
    screen.get_by_role_and_label(Role::Button, name).click();
    screen.run();
}

#[test]
fn an_offered_file_says_that_it_is_not_encrypted_and_is_taken_or_declined() {
    let mut screen = show(with(&[a_file("plan", false, FileState::Offered)]), WIDE);
    open(&mut screen, "anna@pc");
    screen.get_by_label("plan.pdf");
    screen.get_by_label_contains("others on this network could read it");
    screen.get_by_label_contains("5.0 MiB · not taken yet");
    click(&mut screen, "Take");
    click(&mut screen, "Decline");
    click(&mut screen, "Take into…");
    let transfer = || "plan".to_owned();
    assert_eq!(
        screen.state().asked(),
        [
            Command::AcceptFile {
                transfer: transfer(),
                path: None
            },
            Command::CancelFile {
                transfer: transfer()
            }
        ]
    );
    assert!(
        screen
            .state()
            .wishes
            .contains(&Wish::AcceptInto(transfer()))
    );
}

#[test]
fn a_file_that_moves_shows_how_far_it_is_and_can_be_held() {
    let mut screen = show(with(&[a_file("film", true, FileState::Running)]), WIDE);
    open(&mut screen, "anna@pc");
    let bar =
        screen.get_by_role_and_label(Role::ProgressIndicator, "How much of film.pdf is through");
    assert_eq!(
        bar.accesskit_node().numeric_value().map(f64::round),
        Some(40.0)
    );
    click(&mut screen, "Pause");
    click(&mut screen, "Cancel");
    assert_eq!(screen.state().asked().len(), 2);
    screen.state_mut().model = with(&[a_file("film", true, FileState::Paused)]);
    screen.run();
    click(&mut screen, "Go on");
    assert_eq!(
        screen.state().asked().last(),
        Some(&Command::ResumeFile {
            transfer: "film".into()
        })
    );
}

#[test]
fn a_received_file_is_opened_and_put_away() {
    let mut screen = show(with(&[a_file("rose", false, FileState::Done)]), WIDE);
    open(&mut screen, "anna@pc");
    click(&mut screen, "Open");
    click(&mut screen, "Show the folder");
    let opened = [
        PathBuf::from("/home/alice/rose.pdf"),
        PathBuf::from("/home/alice"),
    ];
    for path in opened {
        let wishes = &screen.state().wishes;
        assert!(wishes.contains(&Wish::OpenPath(path)), "{wishes:?}");
    }
    click(&mut screen, "Put away");
    assert!(screen.query_by_label("rose.pdf").is_none());
}

#[test]
fn the_page_of_files_has_those_of_everybody() {
    let mut other = a_file("notes", true, FileState::Failed);
    other.peer = jid("bob@pc");
    other.reason = Some("declined".into());
    for size in [WIDE, NARROW] {
        let mut screen = show(
            with(&[a_file("rose", false, FileState::Done), other.clone()]),
            size,
        );
        click(&mut screen, "Files");
        screen.get_by_label("rose.pdf");
        screen.get_by_label_contains("declined");
        screen.get_by_label("To Bob Baker");
        click(&mut screen, "Try again");
        assert_eq!(
            screen.state().asked(),
            [Command::ResumeFile {
                transfer: "notes".into()
            }]
        );
    }
    let mut screen = show(three(), WIDE);
    click(&mut screen, "Files");
    screen.get_by_label_contains("drop it onto a conversation");
}

#[test]
fn a_file_is_chosen_beside_the_text() {
    let mut screen = show(three(), WIDE);
    open(&mut screen, "anna@pc");
    for name in ["Files…", "A folder…", "The copied picture"] {
        click(&mut screen, "Send a file");
        click(&mut screen, name);
    }
    let attached = screen
        .state()
        .wishes
        .iter()
        .filter(|wish| matches!(wish, Wish::Attach(to, _) if *to == jid("anna@pc")));
    assert_eq!(attached.count(), 3);
}

#[test]
fn files_speak_every_language() {
    for code in ["de", "sv"] {
        let states = [
            FileState::Waiting,
            FileState::Offered,
            FileState::Running,
            FileState::Paused,
            FileState::Done,
            FileState::Failed,
        ];
        let files: Vec<File> = states
            .iter()
            .flat_map(|state| {
                [true, false].map(|own| a_file(&format!("{state:?}{own}"), own, *state))
            })
            .collect();
        let mut screen = show_in(code, egui::ThemePreference::Dark, with(&files), NARROW);
        open(&mut screen, "anna@pc");
        assert!(screen.query_by_label_contains("Take").is_none());
    }
}
