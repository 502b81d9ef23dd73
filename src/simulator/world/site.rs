//! The sites of a handful of invented brands, and what kind of content each serves.

use std::ops::Range;

use fastrand::Rng;

use crate::simulator::random;

/// What a site serves; decides its paths, its options and how often it is purged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    Www,
    Img,
    Static,
    Api,
    Video,
    Download,
    Blog,
    Shop,
}

/// Every flavour with its host label and how often it is purged beside the others. The first site of a brand is its quiet
/// www: what is purged by hand is rarely what the pipelines purge.
const FLAVOURS: [(Flavour, &str, u32); 8] = [
    (Flavour::Www, "www", 2),
    (Flavour::Img, "img", 9),
    (Flavour::Static, "static", 11),
    (Flavour::Api, "api", 4),
    (Flavour::Video, "video", 5),
    (Flavour::Download, "dl", 3),
    (Flavour::Blog, "blog", 4),
    (Flavour::Shop, "shop", 7),
];

/// The brands; all their names are under domains that are reserved for examples.
const BRANDS: [(&str, &str); 12] = [
    ("lumentravel", "Lumen Travel"),
    ("northbyte", "Northbyte Games"),
    ("kiosko", "Kiosko News"),
    ("alderfern", "Alder & Fern"),
    ("tidalfm", "Tidal FM"),
    ("quarrybank", "Quarry Bank"),
    ("pixelforge", "Pixelforge"),
    ("helioshop", "Helio Shop"),
    ("brightclass", "Brightclass"),
    ("mosswood", "Mosswood Outdoor"),
    ("velocast", "Velocast"),
    ("ovenfresh", "Oven Fresh"),
];

/// A name under which content is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// The host name that purges and listings show.
    pub(crate) host: String,
    /// Further names of the same content.
    pub(crate) aliases: Vec<String>,
    pub(crate) brand: &'static str,
    pub(crate) flavour: Flavour,
    /// How often it is purged beside the others; 0 means never.
    pub(crate) weight: u32,
    /// False when single files cannot be purged.
    pub(crate) by_url: bool,
    /// False for a site that is suspended or deleted: nothing is purged there.
    pub(crate) live: bool,
}

/// Up to `count` sites of some of the brands, brand by brand; each brand has its www and img. `zone` is the reserved domain that they
/// live under and sets one vendor's sites apart from another's.
pub(crate) fn sites(rng: &mut Rng, zone: &str, brands: Range<usize>, count: usize) -> Vec<Site> {
    let brands: Vec<_> = BRANDS.iter().take(brands.end).skip(brands.start).collect();
    let each = count.div_ceil(brands.len().max(1));
    let mut sites = Vec::with_capacity(count);
    let turn = rng.usize(0..6);
    for (index, (label, brand)) in brands.into_iter().enumerate() {
        let [first, second, mut others @ ..] = FLAVOURS;
        // Going round by two, a few brands have all flavours between them, whatever the seed.
        let by = (turn + 2 * index) % others.len();
        others.rotate_left(by);
        for (flavour, prefix, weight) in [first, second].into_iter().chain(others).take(each) {
            let aliases = match flavour {
                Flavour::Www => vec![format!("{label}.{zone}"), format!("m.{label}.{zone}")],
                Flavour::Img if rng.bool() => vec![format!("images.{label}.{zone}")],
                Flavour::Static if rng.bool() => vec![format!("assets.{label}.{zone}")],
                Flavour::Img
                | Flavour::Static
                | Flavour::Api
                | Flavour::Video
                | Flavour::Download
                | Flavour::Blog
                | Flavour::Shop => Vec::new(),
            };
            let host = format!("{prefix}.{label}.{zone}");
            sites.push(Site { host, aliases, brand, flavour, weight, by_url: true, live: true });
        }
    }
    sites.truncate(count);
    sites
}

impl Flavour {
    /// The directories of such a site, without a slash at the end.
    pub(crate) fn directories(self) -> &'static [&'static str] {
        match self {
            Self::Www => &["/", "/landing", "/press", "/careers", "/about"],
            Self::Img => &["/hero", "/products", "/avatars", "/banners/autumn", "/thumbs/320"],
            Self::Static => &["/js", "/css", "/fonts", "/build/v2", "/icons"],
            Self::Api => &["/v1/catalog", "/v1/prices", "/v2/menu", "/v1/config"],
            Self::Video => &["/hls/live1", "/hls/vod", "/trailers", "/posters"],
            Self::Download => &["/releases/stable", "/releases/beta", "/drivers", "/manuals"],
            Self::Blog => &["/2026/11", "/2026/10", "/tag/news", "/authors"],
            Self::Shop => &["/shoes", "/jackets", "/sale", "/search", "/checkout/assets"],
        }
    }

    /// The names of its files; `#` stands for a number.
    pub(crate) fn files(self) -> &'static [&'static str] {
        match self {
            Self::Www => &["index.html", "page-#.html", "offer-#", "team.html", "caf%C3%A9-#.html"],
            Self::Img => {
                &["hero-#.jpg", "item-#.webp", "item-#.jpg?w=640", "banner-#.png", "user-#.avif"]
            }
            Self::Static => {
                &["app.#.js", "vendor.#.js", "main.#.css", "sprite-#.svg", "inter-#.woff2"]
            }
            Self::Api => &["list.json", "list.json?page=#", "item/#", "feed-#.xml"],
            Self::Video => &["index.m3u8", "segment-#.ts", "episode-#.mp4", "poster-#.jpg"],
            Self::Download => &["setup-#.exe", "package-#.tar.zst", "latest.json", "manual-#.pdf"],
            Self::Blog => &["post-#", "post-#/comments.json", "feed.xml", "cover-#.jpg"],
            Self::Shop => {
                &["item-#.html", "item-#.json?currency=EUR", "list?page=#", "badge-#.svg"]
            }
        }
    }
}

/// A site to purge, each as likely as its weight says; `None` when nothing may be purged.
pub(crate) fn draw(rng: &mut Rng, sites: &[Site]) -> Option<usize> {
    let weights: Vec<u32> =
        sites.iter().map(|site| if site.live { site.weight } else { 0 }).collect();
    if weights.iter().all(|weight| *weight == 0) {
        return None;
    }
    Some(random::weighted(rng, &weights))
}
