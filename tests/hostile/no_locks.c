// Preloaded into the program: a file system below NO_LOCKS_BELOW whose locks all fail with the error NO_LOCKS_ERROR.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int refuses(int file) {
  const char *folder = getenv("NO_LOCKS_BELOW"), *error = getenv("NO_LOCKS_ERROR");
  char link[64], name[4096];
  if (!folder || !error) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, name, sizeof name - 1);
  if (length < 0 || strncmp(name, folder, strlen(folder)) != 0) return 0;
  const char *log = getenv("NO_LOCKS_LOG");
  if (log) {
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
    dprintf(out, "%.*s\n", (int)length, name);
    close(out);
  }
  errno = atoi(error);
  return 1;
}

int flock(int file, int operation) {
  if (refuses(file)) return -1;
  int (*next)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "flock");
  return next(file, operation);
}

static int is_lock(int command) {
  return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
}

int fcntl(int file, int command, ...) {
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  if (is_lock(command) && refuses(file)) return -1;
  int (*next)(int, int, ...) = (int (*)(int, int, ...))dlsym(RTLD_NEXT, "fcntl");
  return next(file, command, argument);
}

int fcntl64(int file, int command, ...) {
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  if (is_lock(command) && refuses(file)) return -1;
  int (*next)(int, int, ...) = (int (*)(int, int, ...))dlsym(RTLD_NEXT, "fcntl64");
  return next(file, command, argument);
}

int lockf(int file, int command, off_t length) {
  if (refuses(file)) return -1;
  int (*next)(int, int, off_t) = (int (*)(int, int, off_t))dlsym(RTLD_NEXT, "lockf");
  return next(file, command, length);
}
