// A library that is loaded before the C library (LD_PRELOAD) and makes disk and wall clock fail as a shared page says.
// soak_shim.py writes the page; both know the order of its fields.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct Faults {
  volatile int sync_fails;  // every sync fails with EIO
  volatile int sync_ms;     // every sync takes so much longer
  volatile int disk_left;   // 0: as it is; 1: 60 MiB are left; 2: nothing is left, and no file grows
  volatile int clock_s;     // the wall clock is off by this
  volatile int log_lies;    // the newest writes to a log stay in memory: a kill loses them
};
static struct Faults none;
static struct Faults* faults = &none;

#define REAL(name) ((__typeof__(&name))real(#name, &real_##name))
static void* real(const char* name, void** kept) {
  if (*kept == NULL) *kept = dlsym(RTLD_NEXT, name);
  return *kept;
}
#define KEEP(name) static void* real_##name

__attribute__((constructor)) static void map_page(void) {
  const char* path = getenv("SOAK_FAULTS");
  const int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  void* page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (page != MAP_FAILED) faults = page;
}

static int sync_result(int fd, int (*sync)(int)) {
  if (faults->sync_ms > 0) usleep((useconds_t)faults->sync_ms * 1000);
  if (faults->sync_fails) {
    errno = EIO;
    return -1;
  }
  return sync(fd);
}
KEEP(fsync);
int fsync(int fd) { return sync_result(fd, REAL(fsync)); }
KEEP(fdatasync);
int fdatasync(int fd) { return sync_result(fd, REAL(fdatasync)); }

// ---- room --------------------------------------------------------------------------------------------------------

static int is_full(int fd) {
  struct stat about;
  if (faults->disk_left != 2 || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return 0;
  errno = ENOSPC;
  return 1;
}

// What a lying log keeps back: its newest writes, for each descriptor, oldest first.
enum { kDescriptors = 4096, kKeptBack = 16 };
static struct Kept {
  struct {
    void* bytes;
    size_t size;
  } writes[kKeptBack];
  int count;
} kept_back[kDescriptors];
static pthread_mutex_t kept_mutex = PTHREAD_MUTEX_INITIALIZER;

static int is_log(int fd) {
  char link[64], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  return size > 4 && memcmp(path + size - 4, ".log", 4) == 0;
}

KEEP(write);
static void write_oldest(int fd) {
  struct Kept* kept = &kept_back[fd];
  (void)!REAL(write)(fd, kept->writes[0].bytes, kept->writes[0].size);
  free(kept->writes[0].bytes);
  memmove(kept->writes, kept->writes + 1, (size_t)--kept->count * sizeof kept->writes[0]);
}
ssize_t write(int fd, const void* bytes, size_t size) {
  if (is_full(fd)) return -1;
  if (fd < 0 || fd >= kDescriptors || (kept_back[fd].count == 0 && !faults->log_lies) || !is_log(fd)) return REAL(write)(fd, bytes, size);
  pthread_mutex_lock(&kept_mutex);
  struct Kept* kept = &kept_back[fd];
  if (kept->count == kKeptBack) write_oldest(fd);
  kept->writes[kept->count].bytes = memcpy(malloc(size), bytes, size);
  kept->writes[kept->count++].size = size;
  pthread_mutex_unlock(&kept_mutex);
  return (ssize_t)size;
}
KEEP(close);
int close(int fd) {
  if (fd >= 0 && fd < kDescriptors && kept_back[fd].count > 0) {
    pthread_mutex_lock(&kept_mutex);
    while (kept_back[fd].count > 0) write_oldest(fd);
    pthread_mutex_unlock(&kept_mutex);
  }
  return REAL(close)(fd);
}

KEEP(pwrite);
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) { return is_full(fd) ? -1 : REAL(pwrite)(fd, bytes, size, at); }
KEEP(pwrite64);
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  return is_full(fd) ? -1 : REAL(pwrite64)(fd, bytes, size, at);
}
KEEP(fallocate);
int fallocate(int fd, int mode, off_t at, off_t size) { return is_full(fd) ? -1 : REAL(fallocate)(fd, mode, at, size); }
KEEP(fallocate64);
int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  return is_full(fd) ? -1 : REAL(fallocate64)(fd, mode, at, size);
}

static void take_room(fsblkcnt_t* free_, fsblkcnt_t* available, unsigned long block) {
  if (faults->disk_left == 0) return;
  const fsblkcnt_t left = faults->disk_left == 1 ? (60UL << 20) / (block > 0 ? block : 1) : 0;
  if (*free_ > left) *free_ = left;
  if (*available > left) *available = left;
}
KEEP(statvfs);
int statvfs(const char* path, struct statvfs* out) {
  const int result = REAL(statvfs)(path, out);
  if (result == 0) take_room(&out->f_bfree, &out->f_bavail, out->f_frsize);
  return result;
}
KEEP(statvfs64);
int statvfs64(const char* path, struct statvfs64* out) {
  const int result = REAL(statvfs64)(path, out);
  if (result == 0) take_room(&out->f_bfree, &out->f_bavail, out->f_frsize);
  return result;
}

// ---- the wall clock ----------------------------------------------------------------------------------------------

KEEP(clock_gettime);
int clock_gettime(clockid_t clock, struct timespec* out) {
  const int result = REAL(clock_gettime)(clock, out);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) out->tv_sec += faults->clock_s;
  return result;
}
KEEP(gettimeofday);
int gettimeofday(struct timeval* restrict out, void* restrict zone) {
  const int result = REAL(gettimeofday)(out, zone);
  if (result == 0) out->tv_sec += faults->clock_s;
  return result;
}
time_t time(time_t* out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}
// The kernel knows nothing of the jump: who waits until a wall time waits for the kernel's.
KEEP(pthread_cond_timedwait);
int pthread_cond_timedwait(pthread_cond_t* restrict condition, pthread_mutex_t* restrict mutex, const struct timespec* restrict until) {
  struct timespec kernels = *until;
  kernels.tv_sec -= faults->clock_s;
  if (kernels.tv_sec < 0) kernels.tv_sec = 0;
  return REAL(pthread_cond_timedwait)(condition, mutex, &kernels);
}
