//! The sites of a handful of invented brands, and the kind of content that each serves.

use std::ops::Range;

use fastrand::Rng;

use crate::simulator::random;

/// The content of a site; decides its paths, its options and how often it is purged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentKind {
    Www,
    Img,
    Static,
    Api,
    Video,
    Download,
    Blog,
    Shop,
}

/// Every kind with its host label and its share of the purges. The first site of a brand is its
/// quiet www: people rarely purge the sites that pipelines purge.
const CONTENT_KINDS: [(ContentKind, &str, u32); 8] = [
    (ContentKind::Www, "www", 2),
    (ContentKind::Img, "img", 9),
    (ContentKind::Static, "static", 11),
    (ContentKind::Api, "api", 4),
    (ContentKind::Video, "video", 5),
    (ContentKind::Download, "dl", 3),
    (ContentKind::Blog, "blog", 4),
    (ContentKind::Shop, "shop", 7),
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

/// A host name under which content is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// The host name that purges and listings show.
    pub(crate) host: String,
    /// Further names of the same content.
    pub(crate) aliases: Vec<String>,
    pub(crate) brand: &'static str,
    pub(crate) content: ContentKind,
    /// Its share of the purges; 0 for none.
    pub(crate) weight: u32,
    /// False when single files cannot be purged.
    pub(crate) by_url: bool,
    /// False for a site that is suspended or deleted: nothing is purged there.
    pub(crate) live: bool,
}

/// Generates up to `count` sites of some of the brands, brand by brand; each brand has its www and
/// img. `zone` is the reserved domain above them; each vendor has one of its own.
pub(crate) fn sites(rng: &mut Rng, zone: &str, brands: Range<usize>, count: usize) -> Vec<Site> {
    let brands: Vec<_> = BRANDS.iter().take(brands.end).skip(brands.start).collect();
    let each = count.div_ceil(brands.len().max(1));
    let mut sites = Vec::with_capacity(count);
    let turn = rng.usize(0..6);
    for (index, (label, brand)) in brands.into_iter().enumerate() {
        let [first, second, mut others @ ..] = CONTENT_KINDS;
        // Going round by two, a few brands have all content kinds between them, whatever the seed.
        let by = (turn + 2 * index) % others.len();
        others.rotate_left(by);
        for (content, prefix, weight) in [first, second].into_iter().chain(others).take(each) {
            let aliases = match content {
                ContentKind::Www => vec![format!("{label}.{zone}"), format!("m.{label}.{zone}")],
                ContentKind::Img if rng.bool() => vec![format!("images.{label}.{zone}")],
                ContentKind::Static if rng.bool() => vec![format!("assets.{label}.{zone}")],
                ContentKind::Img
                | ContentKind::Static
                | ContentKind::Api
                | ContentKind::Video
                | ContentKind::Download
                | ContentKind::Blog
                | ContentKind::Shop => Vec::new(),
            };
            let host = format!("{prefix}.{label}.{zone}");
            sites.push(Site { host, aliases, brand, content, weight, by_url: true, live: true });
        }
    }
    sites.truncate(count);
    sites
}

impl ContentKind {
    /// Returns the directories of such a site, without a slash at the end.
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

    /// Returns the names of its files; `#` is a place for a number.
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

/// Draws a site to purge by weight; `None` when nothing may be purged.
pub(crate) fn draw(rng: &mut Rng, sites: &[Site]) -> Option<usize> {
    let weights: Vec<u32> =
        sites.iter().map(|site| if site.live { site.weight } else { 0 }).collect();
    if weights.iter().all(|weight| *weight == 0) {
        return None;
    }
    Some(random::weighted(rng, &weights))
}
