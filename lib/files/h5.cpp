#include "files/h5.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.hpp"

namespace isinglass::h5 {
namespace {

/// HDF5's own words about a failed call.
struct LibraryMessage {
  std::string text;      ///< of the deepest error on its stack; the system's own text where a system call failed
  bool is_lock = false;  ///< the file system refused a lock
};

LibraryMessage library_message() {
  std::string message;
  const auto visit = [](unsigned depth, const H5E_error2_t* error, void* target) -> herr_t {
    if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(target) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, visit, &message);
  H5Eclear2(H5E_DEFAULT);
  const std::string opening = "error message = '";
  if (const auto start = message.find(opening); start != std::string::npos) {
    const auto first = start + opening.size();
    const std::string system = message.substr(first, message.find('\'', first) - first);
    return {system, message.find("lock file") != std::string::npos};
  }
  return {message.empty() ? "HDF5 gives no reason" : message};
}

[[noreturn]] void fail(const std::string& what) {
  const LibraryMessage message = library_message();
  if (!message.is_lock) throw SystemError(fmt::format("{}: {}", what, message.text));
  throw LockError(fmt::format("{}: {}: the file system gives no lock, and HDF5_USE_FILE_LOCKING asks for one: unset it",
                              what, message.text));
}

/// A file must not lead to another one: HDF5 would open whatever a link names, a pipe or a device too. Their class is
/// replaced by one that tells where they lead, but does not go there.
herr_t refuse_external_links() {
  const H5L_class_t external{
      .version = H5L_LINK_CLASS_T_VERS,
      .id = H5L_TYPE_EXTERNAL,
      .comment = "link to another file, not followed",
      .create_func = nullptr,
      .move_func = nullptr,
      .copy_func = nullptr,
      .trav_func = [](const char*, hid_t, const void*, std::size_t, hid_t, hid_t) -> hid_t { return H5I_INVALID_HID; },
      .del_func = nullptr,
      .query_func = [](const char*, const void* value, std::size_t size, void* buffer, std::size_t room) -> ssize_t {
        if (buffer != nullptr) std::memcpy(buffer, value, std::min(size, room));
        return static_cast<ssize_t>(size);
      }};
  return H5Lregister(&external);
}

/// Catches the memory of a file that HDF5's "core" driver holds, at the moment when HDF5 closes it: only then is it the
/// complete file. (H5Fget_file_image returns it unreadable for these format versions.)
struct Image {
  std::string bytes;
  std::size_t size = 0;

  void take_memory_of(const Handle& access, const std::string& what) {
    constexpr std::size_t increment = 1;  // least padding behind the end
    H5FD_file_image_callbacks_t callbacks{&allocate, &copy, &reallocate, &release, &share, &unshare, this};
    check(H5Pset_fapl_core(access.id(), increment, false), what);
    check(H5Pset_file_image_callbacks(access.id(), &callbacks), what);
  }

private:
  static void* allocate(std::size_t count, H5FD_file_image_op_t, void* self) {
    static_cast<Image*>(self)->size = count;
    return std::malloc(count);
  }
  static void* copy(void* to, const void* from, std::size_t count, H5FD_file_image_op_t, void*) {
    return std::memcpy(to, from, count);
  }
  static void* reallocate(void* memory, std::size_t count, H5FD_file_image_op_t, void* self) {
    static_cast<Image*>(self)->size = count;
    return std::realloc(memory, count);
  }
  static herr_t release(void* memory, H5FD_file_image_op_t operation, void* self) {
    auto& image = *static_cast<Image*>(self);
    if (operation == H5FD_FILE_IMAGE_OP_FILE_CLOSE) image.bytes.assign(static_cast<const char*>(memory), image.size);
    std::free(memory);
    return 0;
  }
  static void* share(void* self) { return self; }
  static herr_t unshare(void*) { return 0; }
};

}  // namespace

Handle::Handle(hid_t id, Close closer, const std::string& what) : id_(id), close_(closer) {
  if (id_ < 0) fail(what);
}
Handle::Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
Handle& Handle::operator=(Handle&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(close_, other.close_);
  return *this;
}
Handle::~Handle() {
  if (id_ >= 0) close_(id_);
}
void Handle::close(const std::string& what) {
  if (id_ >= 0) check(close_(std::exchange(id_, H5I_INVALID_HID)), what);
}
hid_t Handle::release() { return std::exchange(id_, H5I_INVALID_HID); }

void check(herr_t result, const std::string& what) {
  if (result < 0) fail(what);
}

std::string Group::where(const std::string& name) const {
  return name.empty() ? where_ : where_ + (where_.ends_with('/') ? "" : "/") + name;
}

Group Group::create_group(const std::string& name) const {
  const std::string what = where(name);
  const Handle properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, what);
  check(H5Pset_obj_track_times(properties.id(), false), what);
  return {Handle(H5Gcreate2(id(), name.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), H5Gclose, what), what};
}

Group Group::open_group(const std::string& name) const {
  return {Handle(H5Gopen2(id(), name.c_str(), H5P_DEFAULT), H5Gclose, where(name)), where(name)};
}

bool Group::has(const std::string& name) const {
  const htri_t found = H5Lexists(id(), name.c_str(), H5P_DEFAULT);
  check(found, where(name));
  return found > 0;
}

bool Group::has_attribute(const std::string& name) const {
  const htri_t found = H5Aexists(id(), name.c_str());
  check(found, where(name));
  return found > 0;
}

File::File(const std::filesystem::path& path) : path_(path.string()) {
  const Handle access = file_access(path_);
  handle_ = Handle(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose, path_ + ": cannot be opened");
}

Group File::root() const { return root_of(handle_, path_); }

void set_up_library() {
  // The first call of all. At exit HDF5 would close what is still open: nothing is but files that it could not write.
  static const herr_t stays_open = H5dont_atexit();
  static_cast<void>(stays_open);
  // HDF5 prints its error stack by itself unless told not to; here every failed call becomes an exception instead.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  static const herr_t stays_inside = refuse_external_links();
  static_cast<void>(stays_inside);
}

std::string library_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

Handle file_access(const std::string& what) {
  set_up_library();
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, what);
  // Format versions of 1.10: in those of 1.8 the index of the chunks has no checksum, and a flipped bit reads as zeros.
  check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110), what);
  // A file that could not be written must not stay open behind some object of it.
  check(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG), what);
  // Where locks fail (NFS, Lustre) a file could be neither written nor read.
  check(H5Pset_file_locking(access.id(), false, true), what);
  return access;
}

Group root_of(const Handle& file, const std::string& name) {
  return {Handle(H5Gopen2(file.id(), "/", H5P_DEFAULT), H5Gclose, name), name + ": /"};
}

std::string file_image(const std::string& name, const std::function<void(const Group& root)>& fill) {
  Image image;
  const Handle access = file_access(name);
  image.take_memory_of(access, name);
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, name);
  check(H5Pset_obj_track_times(creation.id(), false), name);
  // HDF5 opens what has the name of the new file and reads it, even though this one stays in memory: nothing has this
  // name.
  Handle file(H5Fcreate("/proc/self/exe/in memory", H5F_ACC_TRUNC, creation.id(), access.id()), H5Fclose, name);
  fill(root_of(file, name));
  check(H5Fflush(file.id(), H5F_SCOPE_GLOBAL), name);  // so that the memory spans all space that was allocated
  file.close(name);
  return std::move(image.bytes);
}

}  // namespace isinglass::h5
