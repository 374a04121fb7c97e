//! What the node asks of the network about records: pictures, and what the user lets be published (XEP-0174 §9, §11.2,
//! §13.4).

use balcony::command::Command;
use balcony::net::{Report, Request};
use balcony::node::effect::{Input, OwnAvatar};
use bytes::Bytes;

use super::alone::Alone;
use super::stage::{Lovers, Partner, SEC, jid, lovers, story, with_seeds};

#[test]
fn whoever_goes_is_no_longer_asked_for_a_picture() {
    let mut alone = Alone::new();
    let (who, sha1) = (jid("juliet@pronto"), [9; 20]);
    alone.seen(&who, "10.0.0.2", |advert| advert.phsh = Some(sha1));
    alone.input(Input::AvatarFile { sha1, path: None });
    let asked = Request::FetchAvatar {
        jid: who.clone(),
        sha1,
    };
    assert_eq!(alone.requests.last(), Some(&asked));
    alone.input(Input::Net(Report::Gone {
        jid: who.clone(),
        goodbye: true,
    }));
    let cancelled = Request::CancelAvatar { jid: who };
    assert!(alone.requests.contains(&cancelled));
}

#[test]
fn a_changed_picture_is_served_before_its_hash_is_told() {
    let mut alone = Alone::new();
    alone.requests.clear();
    let image = Bytes::from_static(b"a face");
    alone.input(Input::OwnAvatar {
        reference: None,
        result: Ok(OwnAvatar {
            sha1: [5; 20],
            path: "/pretended/face.png".into(),
            image: image.clone(),
        }),
    });
    let served = alone.requests.iter().position(
        |request| matches!(request, Request::ServeAvatar { image: Some(now), .. } if *now == image),
    );
    let told = alone.requests.iter().position(|request| {
        matches!(request, Request::Advertise { advert, .. } if advert.phsh == Some([5; 20]))
    });
    assert!(served.unwrap() < told.unwrap());
}

#[test]
fn what_the_user_keeps_back_stays_out_of_the_advert() {
    let mut alone = Alone::new();
    let mut configure = |settings: serde_json::Value| {
        alone.requests.clear();
        alone.input(Input::Request(Command::Configure { settings }.into()));
        let advert = alone
            .requests
            .iter()
            .rev()
            .find_map(|request| match request {
                Request::Advertise { advert, .. } => Some((**advert).clone()),
                _ => None,
            });
        advert.expect("what is published changed")
    };
    let card = serde_json::json!({
        "first": "Romeo", "last": "Montague", "email": ["romeo@verona.example"], "jid": ["romeo@verona.example"],
    });
    let off = configure(serde_json::json!({
        "nick": "Romeo M.",
        "card": card,
        "publish": {"nick": false, "name": false, "email": false, "jid": false},
    }));
    assert_eq!((off.nick.as_str(), off.card), ("", Default::default()));
    let on = configure(serde_json::json!({
        "publish": {"nick": true, "name": true, "email": true, "jid": true},
    }));
    assert_eq!(on.nick, "Romeo M.");
    assert_eq!(
        (on.card.first.as_str(), on.card.last.as_str()),
        ("Romeo", "Montague")
    );
    assert_eq!(on.card.email, ["romeo@verona.example"]);
    assert_eq!(on.card.jid, ["romeo@verona.example"]);
}

#[test]
fn since_when_one_is_idle_is_told_only_where_the_settings_say_so() {
    with_seeds(3, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        let (romeo, juliet, name) = (play.romeo, play.juliet, play.romeo_jid.clone());
        play.romeo_says("Good night, good night!");
        play.sim.run_for(5 * SEC);
        let idle_since = |play: &Lovers| {
            let known = play.sim.model(juliet).unwrap();
            known.contacts[&name].peer.as_ref().unwrap().idle_since
        };
        play.sim.command(romeo, Command::Idle { seconds: 3600 });
        play.sim.run_for(5 * SEC);
        assert_eq!(idle_since(&play), None, "{}", story(&play.sim, juliet));
        for on in [true, false] {
            let settings = serde_json::json!({ "send_details": on });
            play.sim.command(romeo, Command::Configure { settings });
            play.sim.run_for(5 * SEC);
            assert_eq!(idle_since(&play).is_some(), on);
        }
    });
}
