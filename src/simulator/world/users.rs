//! The colleagues who purge beside the operator.

/// Someone with a login; the mail address is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SimulatedUser {
    pub(crate) name: &'static str,
    pub(crate) login: &'static str,
    /// True for a script: it uses the API, people use the panel.
    pub(crate) script: bool,
}

/// Every user. The first one owns the account and the tokens that the simulator hands out.
pub(crate) const USERS: [SimulatedUser; 8] = [
    SimulatedUser { name: "Mira Okafor", login: "mira", script: false },
    SimulatedUser { name: "Jonas Lindqvist", login: "jonas", script: false },
    SimulatedUser { name: "Deploy pipeline", login: "deploy-bot", script: true },
    SimulatedUser { name: "Ayşe Demir", login: "ayse", script: false },
    SimulatedUser { name: "CMS publisher", login: "cms", script: true },
    SimulatedUser { name: "Tomás Rivera", login: "tomas", script: false },
    SimulatedUser { name: "Image service", login: "image-service", script: true },
    SimulatedUser { name: "Lê Thu Hà", login: "ha", script: false },
];

/// The users' shares of the generated purges, as weights.
pub(crate) const PURGE_WEIGHTS: [u32; 8] = [6, 8, 30, 7, 26, 5, 14, 4];
