//! The /me Command (XEP-0245 §3): no markup on the wire, only a way to show a text.

/// What follows `/me ` in a text that is an action ("/me waves"): to be shown as "* Juliet waves". Only these four
/// characters at the very beginning count, and something must follow.
pub fn action(body: &str) -> Option<&str> {
    body.strip_prefix("/me ")
        .filter(|action| !action.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::action;

    #[test]
    fn only_the_exact_prefix_makes_an_action() {
        assert_eq!(action("/me waves & smiles"), Some("waves & smiles"));
        for text in [
            "/me",
            "/me ",
            "/meow",
            " /me waves",
            "/ME waves",
            "//me waves",
            "\"/me waves\"",
        ] {
            assert_eq!(action(text), None, "{text}");
        }
    }
}
