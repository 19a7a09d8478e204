#include "data/idx.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>

#include "base/error.hpp"
#include "base/input_file.hpp"
#include "base/memory.hpp"
#include "base/stop_signal.hpp"

namespace isinglass::data {
namespace {

constexpr std::uint32_t images_magic = 0x803, labels_magic = 0x801;
constexpr std::uint32_t largest_side = 4096;

/// Reads a plain or gzip file to its end; every failure is an InputError naming the file.
class GzReader {
public:
  explicit GzReader(const std::filesystem::path& path) : name_(path.string()) {
    expect_regular_file(path, "an IDX file");
    file_.reset(gzopen(name_.c_str(), "rb"));
    if (!file_)
      throw InputError(fmt::format("{}: cannot be opened: {}", name_, std::generic_category().message(errno)));
    gzbuffer(file_.get(), 1U << 18);
  }

  void read(std::span<std::uint8_t> target) {
    constexpr std::size_t piece = std::size_t{1} << 22;
    for (std::size_t done = 0; done < target.size();) {
      throw_if_stopped();
      const auto part = static_cast<unsigned>(std::min(target.size() - done, piece));
      const int got = gzread(file_.get(), target.data() + done, part);
      if (got <= 0) throw failure();
      done += static_cast<std::size_t>(got);
      position_ += static_cast<std::size_t>(got);
    }
  }

  [[nodiscard]] std::uint32_t read_word() {
    std::array<std::uint8_t, 4> bytes{};
    read(bytes);
    return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) | (std::uint32_t{bytes[2]} << 8) |
           bytes[3];
  }

  /// Asks for one byte past the end: this is also what makes zlib check the checksum at the end of the stream.
  void expect_end() {
    std::uint8_t extra = 0;
    const int got = gzread(file_.get(), &extra, 1);
    if (got > 0)
      throw InputError(
          fmt::format("{}: is longer than the {} bytes its header says; fetch it again", name_, position_));
    int code = Z_OK;
    gzerror(file_.get(), &code);
    if (code != Z_OK && code != Z_STREAM_END) throw failure();
  }

  [[nodiscard]] const std::string& name() const { return name_; }

private:
  [[nodiscard]] InputError failure() const {
    int code = Z_OK;
    const std::string message = gzerror(file_.get(), &code);
    // zlib reports the end of a file within a gzip stream as Z_BUF_ERROR; a plain file just ends.
    if (code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR) {
      return InputError(fmt::format("{}: truncated: ends after {} bytes of data; fetch it again", name_, position_));
    }
    return InputError(fmt::format("{}: damaged ({}); fetch it again", name_, message));
  }

  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };
  std::string name_;
  std::unique_ptr<std::remove_pointer_t<gzFile>, Close> file_;
  std::size_t position_ = 0;
};

void expect_magic(GzReader& reader, std::uint32_t expected) {
  const std::uint32_t magic = reader.read_word();
  if (magic == expected) return;
  const char* wanted = expected == images_magic ? "images (idx3-ubyte)" : "labels (idx1-ubyte)";
  if (magic == images_magic || magic == labels_magic) {
    throw InputError(fmt::format("{}: holds {} where {} are expected; are the file names mixed up?", reader.name(),
                                 magic == images_magic ? "images" : "labels", wanted));
  }
  throw InputError(fmt::format("{}: not an IDX file of {}: magic number {:#010x} instead of {:#010x}", reader.name(),
                               wanted, magic, expected));
}

/// A damaged header must not lead to a huge allocation: deflate never shrinks data by more than 1032 to 1.
void expect_possible(const GzReader& reader, std::size_t bytes) {
  std::error_code ignored;
  const std::uintmax_t on_disk = std::filesystem::file_size(reader.name(), ignored);
  if (!ignored && bytes / 1100 > on_disk) {
    throw InputError(
        fmt::format("{}: truncated or damaged: its header says {} bytes, more than a file of {} bytes can hold",
                    reader.name(), bytes, on_disk));
  }
  const std::optional<std::int64_t> available = available_memory();
  if (available && static_cast<std::int64_t>(bytes) > *available) {
    throw InputError(fmt::format("{}: needs {} of memory, and {} are available", reader.name(),
                                 bytes_text(static_cast<std::int64_t>(bytes)), bytes_text(*available)));
  }
}

}  // namespace

IdxImages read_idx_images(const std::filesystem::path& path) {
  GzReader reader(path);
  expect_magic(reader, images_magic);
  const std::uint32_t count = reader.read_word(), rows = reader.read_word(), columns = reader.read_word();
  if (rows == 0 || columns == 0 || rows > largest_side || columns > largest_side) {
    throw InputError(fmt::format("{}: images of {} x {} pixels; sides from 1 to {} can be read", reader.name(), rows,
                                 columns, largest_side));
  }
  IdxImages images{.count = count, .rows = static_cast<int>(rows), .columns = static_cast<int>(columns), .pixels = {}};
  expect_possible(reader, images.count * images.image_size());
  images.pixels.resize(images.count * images.image_size());
  reader.read(images.pixels);
  reader.expect_end();
  return images;
}

std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& path) {
  GzReader reader(path);
  expect_magic(reader, labels_magic);
  const std::size_t count = reader.read_word();
  expect_possible(reader, count);
  std::vector<std::uint8_t> labels(count);
  reader.read(labels);
  reader.expect_end();
  return labels;
}

}  // namespace isinglass::data
