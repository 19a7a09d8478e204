#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace isinglass::data {

/// Grey images of one IDX file.
struct IdxImages {
  std::size_t count = 0;
  int rows = 0, columns = 0;
  std::vector<std::uint8_t> pixels;  ///< [image][row][column], 0 .. 255

  [[nodiscard]] std::size_t image_size() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  }
  [[nodiscard]] std::span<const std::uint8_t> image(std::size_t index) const {
    return std::span(pixels).subspan(index * image_size(), image_size());
  }
};

/// Reads an idx3-ubyte file, plain or gzip. InputError, one line that names the file, if it is missing, truncated,
/// damaged, of another kind, or longer than its header says.
[[nodiscard]] IdxImages read_idx_images(const std::filesystem::path& path);

/// Reads an idx1-ubyte file, plain or gzip; the same errors.
[[nodiscard]] std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& path);

}  // namespace isinglass::data
