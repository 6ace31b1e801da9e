package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// portHolder returns the process that listens on a TCP port of this machine, as "nginx (pid
// 123)"; "" if unknown: the tables are Linux's, and only root sees the sockets of another
// user's process.
func portHolder(port int) string {
	sockets := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		listening(table, port, sockets)
	}
	if len(sockets) == 0 {
		return ""
	}
	links, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return ""
	}
	for _, link := range links {
		if to, err := os.Readlink(link); err != nil || !sockets[to] {
			continue
		}
		process := filepath.Dir(filepath.Dir(link))
		name, err := os.ReadFile(filepath.Join(process, "comm"))
		if err != nil {
			continue
		}
		return fmt.Sprintf("%s (pid %s)", bytes.TrimSpace(name), filepath.Base(process))
	}
	return ""
}

// The columns of /proc/net/tcp (proc(5)), and the state of a listening socket.
const (
	tcpLocal, tcpState, tcpInode = 1, 3, 9
	tcpListen                    = "0A"
)

// listening adds the sockets that a Linux table lists for a listening port, named like the
// links to them.
func listening(table string, port int, sockets map[string]bool) {
	f, err := os.Open(table)
	if err != nil {
		return
	}
	defer f.Close()
	want := strings.ToUpper(hex.EncodeToString([]byte{byte(port >> 8), byte(port)}))
	for lines := bufio.NewScanner(f); lines.Scan(); {
		column := strings.Fields(lines.Text())
		if len(column) <= tcpInode || column[tcpState] != tcpListen {
			continue
		}
		if _, at, _ := strings.Cut(column[tcpLocal], ":"); at != want {
			continue
		}
		if inode, err := strconv.ParseUint(column[tcpInode], 10, 64); err == nil {
			sockets[fmt.Sprintf("socket:[%d]", inode)] = true
		}
	}
}
