//! A key-value store.

use std::collections::{HashMap, btree_map::{self, Entry as E}};
use crate::disk::Page;
use super::log::*;

mod codec;

pub const PAGE_SIZE: usize = 4096;
static COUNTER: AtomicUsize = AtomicUsize::new(0);
type Result<T> = std::result::Result<T, Error>;

/// The store.
///
/// Keeps pages in memory.
#[derive(Debug, Clone)] // cheap
pub struct Store<T> {
    pages: HashMap<u64, Page<T>>,
}

pub enum Mode { Read, Write }

impl<T: Clone> Store<T> {
    /// Opens a store.
    pub fn open(path: &Path) -> Result<Self> {
        let page = Page::<T>::read(path)?;
        debug!("opened {}", path.display());
        Ok(Store { pages: HashMap::new() })
    }

    #[inline]
    fn len(&self) -> usize { self.pages.len() }
}

impl<T> fmt::Display for Store<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn pad(n: usize) -> String {
            let text = " ".repeat(n);
            text
        }
        write!(f, "{}", pad(2))
    }
}

pub trait Backend: Send + fmt::Debug {
    fn load(&self, key: u64) -> Option<Page>;
    fn name(&self) -> String {
        String::from("backend")
    }
}

macro_rules! page {
    ($e:expr) => {
        Page::new($e)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens() {
        assert!(Store::<u8>::open(Path::new("x")).is_ok());
    }
}
