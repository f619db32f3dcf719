//! What is said, and how it is received.

use crate::cascade::Cascade;
use crate::{Error, PostId, UserId};

/// The highest id, since a stance keeps its sign beside the id.
const POSTS_MAX: usize = (1 << 31) - 1;
/// No post: ids begin at 1.
const NONE: u32 = 0;

/// A post or a repost, and what came of it so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Post {
    /// Which.
    pub id: PostId,
    /// By whom.
    pub author: UserId,
    /// On which day.
    pub day: u32,
    /// What it is a repost of.
    pub parent: Option<PostId>,
    /// Where its chain of reposts began; itself for a post.
    pub root: PostId,
    /// How many reposts it is away from the root; 0 for a post.
    pub depth: u32,
    /// Likes that stand, its own and those of all reposts below it.
    pub likes: u32,
    /// Unlikes that stand, its own and those of all reposts below it.
    pub unlikes: u32,
    /// Reposts of it and of all reposts below it.
    pub reposts: u32,
}

impl Post {
    /// Likes less unlikes.
    pub fn score(&self) -> i64 {
        i64::from(self.likes) - i64::from(self.unlikes)
    }
}

/// What an author's own posts and reposts met with; a reaction counts once, for the author of what
/// was reacted to, wherever its chain began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Author {
    /// Posts and reposts written.
    pub posts: u32,
    /// Likes that stand.
    pub likes: u32,
    /// Unlikes that stand.
    pub unlikes: u32,
    /// Reposts.
    pub reposts: u32,
}

/// What is kept of a post: 40 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) author: u32,
    pub(crate) day: u32,
    pub(crate) parent: u32,
    root: u32,
    pub(crate) depth: u32,
    likes: u32,
    unlikes: u32,
    reposts: u32,
    /// The latest repost of it.
    child: u32,
    /// The repost before this one of the same post.
    sibling: u32,
}

impl Entry {
    pub(crate) fn score(&self) -> i64 {
        i64::from(self.likes) - i64::from(self.unlikes)
    }
}

/// Posts, reposts, likes and unlikes.
///
/// A like and an unlike of the same user and post replace each other; reposts add up. What a repost
/// meets with counts for everything above it, up to the root (Yang et al. 2025). What is said is not
/// kept here: 40 bytes per post, 4 per user and post that was liked or unliked, 40 per user.
///
/// A reaction takes as many steps as its post is deep, and a binary search in what the user has
/// reacted to before.
///
/// ```
/// use asfm_social::{Forum, PostId, UserId};
///
/// let [ann, bob, eve] = [0, 1, 2].map(UserId);
/// let mut forum = Forum::new(3);
/// forum.post(PostId(1), ann, 1)?;
/// forum.repost(PostId(2), bob, PostId(1), 2)?;
/// forum.like(eve, PostId(2), 2)?;
/// assert_eq!(forum.score(PostId(1)), Some(1), "what a repost is given, its root is given");
/// forum.unlike(eve, PostId(2), 3)?;
/// assert_eq!(forum.score(PostId(1)), Some(-1), "the unlike took the like's place");
/// assert_eq!(forum.cascade(PostId(1)).unwrap().size, 2);
/// # Ok::<(), asfm_social::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forum {
    day: u32,
    posts: Vec<Entry>,
    authors: Vec<Author>,
    /// By user, what was liked or unliked: twice the id, plus one for a like; sorted.
    stances: Vec<Vec<u32>>,
}

impl Forum {
    /// A forum for users 0 to `users` - 1, in which nothing has been said.
    pub fn new(users: u32) -> Self {
        let authors = vec![Author::default(); users as usize];
        Self { day: 0, posts: Vec::new(), authors, stances: vec![Vec::new(); users as usize] }
    }

    /// Somebody says something.
    ///
    /// # Errors
    ///
    /// An id that is not the next one, a user that there is not, a day that is over.
    pub fn post(&mut self, id: PostId, author: UserId, day: u32) -> Result<(), Error> {
        self.judge(id, author, day)?;
        self.add(Entry {
            author: author.0,
            day,
            parent: NONE,
            root: id.0,
            depth: 0,
            likes: 0,
            unlikes: 0,
            reposts: 0,
            child: NONE,
            sibling: NONE,
        });
        Ok(())
    }

    /// Somebody passes on what was said; a post of its own, with an id.
    ///
    /// # Errors
    ///
    /// As [`post`](Self::post), and something that was never said.
    pub fn repost(
        &mut self,
        id: PostId,
        author: UserId,
        of: PostId,
        day: u32,
    ) -> Result<(), Error> {
        self.judge(id, author, day)?;
        let parent = *self.entry(of).ok_or(Error::Post(of))?;
        self.authors[parent.author as usize].reposts += 1;
        self.up_from(of, |it| it.reposts += 1);
        self.entry_mut(of).child = id.0;
        self.add(Entry {
            author: author.0,
            day,
            parent: of.0,
            root: parent.root,
            depth: parent.depth + 1,
            likes: 0,
            unlikes: 0,
            reposts: 0,
            child: NONE,
            sibling: parent.child,
        });
        Ok(())
    }

    /// Somebody likes a post, and no longer dislikes it.
    ///
    /// # Errors
    ///
    /// A user or a post that there is not, a day that is over.
    pub fn like(&mut self, user: UserId, post: PostId, day: u32) -> Result<(), Error> {
        self.take_stance(user, post, day, true)
    }

    /// Somebody dislikes a post, and no longer likes it.
    ///
    /// # Errors
    ///
    /// As [`like`](Self::like).
    pub fn unlike(&mut self, user: UserId, post: PostId, day: u32) -> Result<(), Error> {
        self.take_stance(user, post, day, false)
    }

    /// How many users there are.
    pub fn users(&self) -> u32 {
        u32::try_from(self.authors.len()).unwrap_or(u32::MAX)
    }

    /// How many posts and reposts there are; also the last id.
    pub fn len(&self) -> u32 {
        u32::try_from(self.posts.len()).unwrap_or(u32::MAX)
    }

    /// Whether nothing has been said.
    pub fn is_empty(&self) -> bool {
        self.posts.is_empty()
    }

    /// The day of what happened last.
    pub fn day(&self) -> u32 {
        self.day
    }

    /// A post and what came of it so far.
    pub fn get(&self, post: PostId) -> Option<Post> {
        self.entry(post).map(|it| view(post.0, it))
    }

    /// All posts and reposts, by id.
    pub fn posts(&self) -> impl Iterator<Item = Post> + '_ {
        (1..).zip(&self.posts).map(|(id, it)| view(id, it))
    }

    /// Likes less unlikes of a post and all reposts below it.
    pub fn score(&self, post: PostId) -> Option<i64> {
        self.entry(post).map(Entry::score)
    }

    /// Whether a user likes (`true`) or dislikes (`false`) a post, if either.
    pub fn stance(&self, user: UserId, post: PostId) -> Option<bool> {
        let stances = self.stances.get(user.0 as usize)?;
        let at = stances.binary_search_by_key(&post.0, |it| it / 2).ok()?;
        Some(stances[at] % 2 == 1)
    }

    /// What somebody's posts and reposts met with.
    pub fn author(&self, user: UserId) -> Option<Author> {
        self.authors.get(user.0 as usize).copied()
    }

    /// What everybody's posts and reposts met with, by user.
    pub fn authors(&self) -> &[Author] {
        &self.authors
    }

    /// How a post was passed on: of a post the whole chain, of a repost what lies below it.
    pub fn cascade(&self, post: PostId) -> Option<Cascade> {
        self.entry(post)?;
        let mut found = vec![post.0];
        let mut at = 0;
        while let Some(id) = found.get(at) {
            let mut child = self.entry(PostId(*id)).map_or(NONE, |it| it.child);
            while child != NONE {
                found.push(child);
                child = self.entry(PostId(child)).map_or(NONE, |it| it.sibling);
            }
            at += 1;
        }
        // By id, so that what is above comes before what is below.
        found.sort_unstable();
        let entries: Vec<(u32, &Entry)> =
            found.iter().filter_map(|id| Some((*id, self.entry(PostId(*id))?))).collect();
        Some(Cascade::new(&entries))
    }

    /// The posts since a day, that day included: the first id and what is kept of them.
    pub(crate) fn since(&self, day: u32) -> (u32, &[Entry]) {
        let start = self.posts.partition_point(|it| it.day < day);
        (u32::try_from(start).map_or(u32::MAX, |it| it + 1), &self.posts[start..])
    }

    fn judge(&self, id: PostId, author: UserId, day: u32) -> Result<(), Error> {
        if self.posts.len() >= POSTS_MAX {
            return Err(Error::Full);
        }
        let expected = PostId(self.len() + 1);
        if id != expected {
            return Err(Error::Order { expected, found: id });
        }
        self.judge_who_and_when(author, day)
    }

    fn judge_who_and_when(&self, user: UserId, day: u32) -> Result<(), Error> {
        if user.0 >= self.users() {
            return Err(Error::User { user, users: self.users() });
        }
        if day < self.day {
            return Err(Error::Past { day, latest: self.day });
        }
        Ok(())
    }

    fn add(&mut self, entry: Entry) {
        self.day = entry.day;
        self.authors[entry.author as usize].posts += 1;
        self.posts.push(entry);
    }

    fn take_stance(
        &mut self,
        user: UserId,
        post: PostId,
        day: u32,
        is_like: bool,
    ) -> Result<(), Error> {
        self.judge_who_and_when(user, day)?;
        let author = self.entry(post).ok_or(Error::Post(post))?.author as usize;
        self.day = day;
        let new = 2 * post.0 + u32::from(is_like);
        let stances = &mut self.stances[user.0 as usize];
        let mut is_replaced = false;
        match stances.binary_search_by_key(&post.0, |it| it / 2) {
            Ok(at) if stances[at] == new => return Ok(()),
            Ok(at) => {
                stances[at] = new;
                is_replaced = true;
            }
            Err(at) => stances.insert(at, new),
        }
        let count = |likes: &mut u32, unlikes: &mut u32| {
            let (more, less) = if is_like { (likes, unlikes) } else { (unlikes, likes) };
            *more += 1;
            *less -= u32::from(is_replaced);
        };
        let author = &mut self.authors[author];
        count(&mut author.likes, &mut author.unlikes);
        self.up_from(post, |it| count(&mut it.likes, &mut it.unlikes));
        Ok(())
    }

    /// Calls `each` with a post and everything above it.
    fn up_from(&mut self, post: PostId, mut each: impl FnMut(&mut Entry)) {
        let mut at = post.0;
        while at != NONE {
            let entry = self.entry_mut(PostId(at));
            each(entry);
            at = entry.parent;
        }
    }

    fn entry(&self, post: PostId) -> Option<&Entry> {
        self.posts.get((post.0 as usize).checked_sub(1)?)
    }

    /// For a post that is there.
    fn entry_mut(&mut self, post: PostId) -> &mut Entry {
        &mut self.posts[post.0 as usize - 1]
    }
}

fn view(id: u32, entry: &Entry) -> Post {
    Post {
        id: PostId(id),
        author: UserId(entry.author),
        day: entry.day,
        parent: (entry.parent != NONE).then_some(PostId(entry.parent)),
        root: PostId(entry.root),
        depth: entry.depth,
        likes: entry.likes,
        unlikes: entry.unlikes,
        reposts: entry.reposts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_as_small_as_promised() {
        assert_eq!(size_of::<Entry>(), 40);
        assert_eq!(size_of::<Author>() + size_of::<Vec<u32>>(), 40);
    }
}
