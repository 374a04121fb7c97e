//! Files in the window: what is offered, what moves, what is done, and what is asked for.

use std::path::PathBuf;

use crate::desk::*;

pub fn a_file(transfer: &str, outgoing: bool, state: FileState) -> File {
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
        source: None,
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
fn a_file_says_from_whom_it_comes_now() {
    let mut file = a_file("plan", false, FileState::Running);
    file.source = Some(jid("benvolio@mantua"));
    let mut screen = show(with(&[file]), WIDE);
    open(&mut screen, "anna@pc");
    screen.get_by_label_contains("now from benvolio@mantua");
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

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("not asked for".into())
    }
}

/// Drops a file there, as the desktop does it: it hovers first.
fn drop_at(screen: &mut Screen, place: egui::Pos2) {
    let hovering = egui::HoveredFile::default();
    screen.input_mut().hovered_files.push(hovering);
    screen.hover_at(place);
    // As long as it hovers, each frame asks for another.
    screen.run_steps(2);
    let input = screen.input_mut();
    input.hovered_files.clear();
    let file = Dropped("/home/alice/plan.pdf".into());
    input.dropped_files.push(std::sync::Arc::new(file));
    screen.step();
    screen.input_mut().dropped_files.clear();
    screen.run();
}

fn sent_to(screen: &Screen) -> Vec<String> {
    let to = |wish: &Wish| match wish {
        Wish::SendFiles(to, _) => Some(to.to_string()),
        Wish::UsePicture(_) => Some("a picture of ourselves".to_owned()),
        _ => None,
    };
    screen.state().wishes.iter().filter_map(to).collect()
}

#[test]
fn files_go_to_whom_they_are_dropped_on() {
    let mut screen = show(three(), WIDE);
    open(&mut screen, "anna@pc");
    let row = screen.get_by_role_and_label(Role::ListItem, "Bob Baker, Away");
    let row = row.rect().center();
    drop_at(&mut screen, row);
    assert_eq!(sent_to(&screen), ["bob@pc"]);
    screen.get_by_label_contains("details of Bob Baker");
    // Into the conversation that is open now.
    drop_at(&mut screen, egui::pos2(700.0, 300.0));
    assert_eq!(sent_to(&screen), ["bob@pc", "bob@pc"]);
    let mut screen = show(three(), WIDE);
    drop_at(&mut screen, egui::pos2(700.0, 300.0));
    assert_eq!(sent_to(&screen), ["a picture of ourselves"]);
}

fn written(screen: &Screen) -> String {
    let field = screen.get_by_role(Role::MultilineTextInput);
    field.accesskit_node().value().unwrap_or_default()
}

#[test]
fn what_is_pasted_is_looked_at_before_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (rose, plan) = (
        folder.path().join("a rose.png"),
        folder.path().join("plan.pdf"),
    );
    image::RgbImage::new(30, 20).save(&rose).unwrap();
    std::fs::write(&plan, b"%PDF").unwrap();
    let mut screen = show(three(), WIDE);
    open(&mut screen, "anna@pc");
    let pasted = format!(
        "file://{}\nfile://{}\n",
        rose.display().to_string().replace(' ', "%20"),
        plan.display()
    );
    let paste = egui::Event::Paste(pasted);
    screen.input_mut().events.push(paste);
    screen.run();
    assert!(sent_to(&screen).is_empty());
    screen.get_by_label("Do not send a rose.png");
    screen.get_by_label("plan.pdf");
    assert_eq!(written(&screen), "");
    click(&mut screen, "Do not send plan.pdf");
    assert!(screen.query_by_label("plan.pdf").is_none());
    let discarded = Wish::Discard(plan.clone());
    assert!(screen.state().wishes.contains(&discarded));
    screen.key_press(Key::Enter);
    screen.run();
    let sent = Wish::SendFiles(jid("anna@pc"), vec![rose]);
    assert!(screen.state().wishes.contains(&sent));
    assert!(screen.query_by_label("Do not send a rose.png").is_none());
    // A picture becomes a file first; a text stays a text, whatever it looks like.
    let picture = std::sync::Arc::new(egui::ColorImage::example());
    screen
        .input_mut()
        .events
        .push(egui::Event::PasteImage(picture.clone()));
    screen.run();
    let asked = Wish::PastePicture(jid("anna@pc"), picture);
    assert!(screen.state().wishes.contains(&asked));
    for text in ["/no/such/file", "file:///no/such/file", "file://%zz"] {
        let paste = egui::Event::Paste(text.to_owned());
        screen.input_mut().events.push(paste);
    }
    screen.run();
    assert_eq!(
        written(&screen),
        "/no/such/filefile:///no/such/filefile://%zz"
    );
}

#[test]
fn a_voice_note_is_played_by_the_desktop_and_a_file_is_saved_elsewhere() {
    let mut note = a_file("note", false, FileState::Done);
    note.name = "note.opus".into();
    note.media_type = None;
    note.path = Some("/home/alice/note.opus".into());
    let mut screen = show(with(&[note]), WIDE);
    open(&mut screen, "anna@pc");
    screen.get_by_label_contains("Audio, 5.0 MiB");
    click(&mut screen, "Play");
    click(&mut screen, "Save elsewhere…");
    let path = || PathBuf::from("/home/alice/note.opus");
    let wishes = &screen.state().wishes;
    assert!(wishes.contains(&Wish::OpenPath(path())));
    assert!(wishes.contains(&Wish::SaveElsewhere(path())));
}

#[test]
fn a_received_file_is_passed_on_from_its_card_and_from_the_page() {
    let files = [
        a_file("rose", false, FileState::Done),
        a_file("plan", true, FileState::Done),
    ];
    let mut screen = show(with(&files), WIDE);
    open(&mut screen, "anna@pc");
    let buttons = screen.query_all_by_label("Forward…").count();
    assert_eq!(buttons, 1, "what was sent is sent again by choosing it");
    click(&mut screen, "Forward…");
    screen.get_by_label("Forward to");
    click(&mut screen, "Forward to Bob Baker");
    let asked = Command::ForwardFile {
        transfer: "rose".into(),
        to: jid("bob@pc"),
    };
    assert_eq!(screen.state().asked(), [asked]);
    assert!(screen.query_by_label("Forward to").is_none());
    // Escape: nobody.
    open(&mut screen, "anna@pc");
    click(&mut screen, "Forward…");
    screen.key_press(Key::Escape);
    screen.run();
    assert!(screen.query_by_label("Forward to").is_none());
    assert_eq!(screen.state().asked().len(), 1);
}

#[test]
fn a_page_full_of_files_says_of_each_how_far_it_is() {
    let files = [
        a_file("run", false, FileState::Running),
        a_file("held", true, FileState::Paused),
        a_file("out", true, FileState::Failed),
        a_file("in", false, FileState::Failed),
    ];
    let mut screen = show(with(&files), NARROW);
    click(&mut screen, "Files");
    for words in [
        "5.0 MiB · 2.0 MiB through",
        "5.0 MiB · paused at 2.0 MiB",
        "5.0 MiB · not sent through",
        "5.0 MiB · did not arrive",
    ] {
        screen.get_by_label(words);
    }
    let lefts = |label: &str| screen.get_by_label(label).rect().left();
    assert_eq!(lefts("run.pdf"), lefts("in.pdf"));
    let bar = "How much of run.pdf is through";
    assert_eq!(screen.get_by_label(bar).rect().left(), lefts("run.pdf"));
}
