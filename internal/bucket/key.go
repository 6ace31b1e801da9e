package bucket

import (
	"container/list"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// keyOf returns the key that a path means: everything after the first slash, decoded. An
// encoded slash is a slash, and a "+" a space, which breaks many a name with a plus in it.
// It returns false for an invalid URI.
func keyOf(path string) (string, bool) {
	key, err := url.PathUnescape(strings.ReplaceAll(strings.TrimPrefix(path, "/"), "+", "%20"))
	return key, err == nil && utf8.ValidString(key)
}

// fileOf returns the only file, with slashes, that a key can mean; false for a key that
// cannot be a file of a folder: with an empty part, as in "a//b" or "a/", with "." or "..",
// a NUL or a backslash. To S3 they are keys like any other, which this bucket does not
// have.
func fileOf(key string) (string, bool) {
	if !fs.ValidPath(key) || key == "." || strings.ContainsAny(key, "\x00\\") {
		return "", false
	}
	if runtime.GOOS == "windows" && strings.ContainsRune(key, ':') {
		return "", false
	}
	return key, true
}

// object is an object of the bucket, open for reading.
type object struct {
	*os.File
	key      string
	size     int64
	modified time.Time
	etag     string
}

// open opens an object. Anything but a regular file inside the folder counts as missing.
func (b *Bucket) open(key string) (*object, error) {
	name, ok := fileOf(key)
	if !ok || !b.spelled(name) {
		return nil, fs.ErrNotExist
	}
	if info, err := b.root.Stat(name); err != nil { // before it is opened: opening a pipe blocks
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fs.ErrNotExist
	}
	f, err := b.root.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	o := &object{File: f, key: key}
	if err == nil {
		o.size, o.modified = info.Size(), info.ModTime().UTC().Truncate(time.Second)
		o.etag, err = b.sums.of(f, name, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return o, nil
}

// foldsCase means that file systems on this platform usually ignore letter case.
const foldsCase = runtime.GOOS == "darwin" || runtime.GOOS == "windows" || runtime.GOOS == "ios"

// spelled reports whether a file's name is spelled exactly like the key (CF-S3-55) if the
// file system ignores letter case.
func (b *Bucket) spelled(name string) bool {
	if !foldsCase {
		return true
	}
	folder, rest := ".", name
	for rest != "" {
		part, after, _ := strings.Cut(rest, "/")
		f, err := b.root.Open(folder)
		if err != nil {
			return false
		}
		names, err := f.Readdirnames(-1)
		f.Close()
		found := false
		for _, n := range names {
			found = found || n == part
		}
		if err != nil || !found {
			return false
		}
		folder, rest = strings.TrimPrefix(folder+"/"+part, "./"), after
	}
	return true
}

// mostSums is how many ETags are cached.
const mostSums = 4096

// sums caches the MD5 of files as long as they do not change.
type sums struct {
	mu     sync.Mutex
	byName map[string]*list.Element // of *sum
	recent list.List
}

type sum struct {
	name     string
	size     int64
	modified time.Time
	etag     string
}

// of returns the ETag of an open file, which S3 makes from the MD5 of objects uploaded in
// one piece. It leaves the file at its beginning.
func (s *sums) of(f *os.File, name string, info fs.FileInfo) (string, error) {
	s.mu.Lock()
	if e := s.byName[name]; e != nil {
		if known := e.Value.(*sum); known.size == info.Size() && known.modified.Equal(info.ModTime()) {
			s.recent.MoveToFront(e)
			s.mu.Unlock()
			return known.etag, nil
		}
	}
	s.mu.Unlock()
	hash := md5.New()
	_, err := io.Copy(hash, f)
	if _, seekErr := f.Seek(0, io.SeekStart); err == nil {
		err = seekErr
	}
	if err != nil {
		return "", err
	}
	made := &sum{name, info.Size(), info.ModTime(), `"` + hex.EncodeToString(hash.Sum(nil)) + `"`}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byName == nil {
		s.byName = map[string]*list.Element{}
	}
	if e := s.byName[name]; e != nil {
		s.recent.Remove(e)
	}
	s.byName[name] = s.recent.PushFront(made)
	if s.recent.Len() > mostSums {
		oldest := s.recent.Back()
		delete(s.byName, oldest.Value.(*sum).name)
		s.recent.Remove(oldest)
	}
	return made.etag, nil
}

// keys returns the keys of all objects that start with prefix, in byte order, at most limit
// of them after after; more means that there are others.
func (b *Bucket) keys(prefix, after string, limit int) (all []entry, more bool, err error) {
	var found []entry
	err = fs.WalkDir(b.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(name, prefix) || name <= after {
			return ignoreGone(err)
		}
		info, err := b.root.Stat(name) // a link counts as its target
		if err == nil && info.Mode().IsRegular() {
			found = append(found, entry{name, info})
		}
		return nil
	})
	sortEntries(found)
	if len(found) > limit {
		return found[:limit], true, err
	}
	return found, false, err
}

// entry is an object in a list.
type entry struct {
	key  string
	info fs.FileInfo
}

// ignoreGone lets a walk continue past what cannot be read or is gone meanwhile.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}
