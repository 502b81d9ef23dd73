//! The colleagues who purge beside the operator.

/// Somebody with a login, by name; the mail address is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) login: &'static str,
    /// True for a script: it uses the API, people use the panel.
    pub(crate) script: bool,
}

/// Everybody. The first one owns the account and the tokens that the simulator hands out.
pub(crate) const PEOPLE: [Person; 8] = [
    Person { name: "Mira Okafor", login: "mira", script: false },
    Person { name: "Jonas Lindqvist", login: "jonas", script: false },
    Person { name: "Deploy pipeline", login: "deploy-bot", script: true },
    Person { name: "Ayşe Demir", login: "ayse", script: false },
    Person { name: "CMS publisher", login: "cms", script: true },
    Person { name: "Tomás Rivera", login: "tomas", script: false },
    Person { name: "Image service", login: "image-service", script: true },
    Person { name: "Lê Thu Hà", login: "ha", script: false },
];

/// How busy each of them is.
pub(crate) const BUSY: [u32; 8] = [6, 8, 30, 7, 26, 5, 14, 4];
