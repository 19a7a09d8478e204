// Checkpoints of one process: what is written comes back, and a damaged, foreign or other network's file is refused.
#include "base/error.hpp"
#include "checkpoint_sample.hpp"
#include "files/h5_dataset.hpp"
#include "full_disk.hpp"
#include "namespaces.hpp"
#include "network/bit_packing.hpp"
#include "temporary_folder.hpp"

#include <random>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(io_checkpoint)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

const Architecture network = checkpoint_architecture(5);
const CheckpointShape shape{network, 0, 19, 19};
const Communicator alone;

void write_sample(const std::filesystem::path& path) { write_checkpoint(path, sample_checkpoint(shape), alone); }

std::string text_at(const std::filesystem::path& path) { return text_of(read_checkpoint(path, shape, alone)); }

std::string read_error(const std::filesystem::path& path, const CheckpointShape& expected = shape) {
  return message_of<InputError>([&] { static_cast<void>(read_checkpoint(path, expected, alone)); });
}

std::string write_error(const std::filesystem::path& path, const TrainingState& checkpoint) {
  return message_of<SystemError>([&] { write_checkpoint(path, checkpoint, alone); });
}

void expect_mentions(const std::string& message, std::initializer_list<std::string> parts) {
  BOOST_TEST(mentions(message, parts), message);
}

}  // namespace

BOOST_AUTO_TEST_CASE(all_parts_come_back) {
  const TemporaryFolder folder;
  const auto path = folder / "checkpoint.h5";
  write_sample(path);
  BOOST_TEST(text_at(path) == text_of(sample_checkpoint(shape)));
  BOOST_TEST(temporaries_in(folder.path()) == 0);
}

BOOST_AUTO_TEST_CASE(empty_parts_come_back) {
  const TemporaryFolder folder;
  const auto path = folder / "checkpoint.h5";
  write_checkpoint(path, bare_checkpoint(shape), alone);
  BOOST_TEST(text_at(path) == text_of(bare_checkpoint(shape)));
  const CheckpointShape no_samples{network, 0, 0, 0};
  write_checkpoint(path, sample_checkpoint(no_samples), alone);
  BOOST_TEST(text_of(read_checkpoint(path, no_samples, alone)) == text_of(sample_checkpoint(no_samples)));
}

BOOST_AUTO_TEST_CASE(many_duals_come_back_and_in_parts) {
  const TemporaryFolder folder;
  const auto path = folder / "checkpoint.h5";
  const Architecture wide = checkpoint_architecture(200);
  const CheckpointShape all{wide, 0, 1000, 1000}, part{wide, 300, 77, 1000};
  write_checkpoint(path, sample_checkpoint(all), alone);
  BOOST_CHECK(text_of(read_checkpoint(path, all, alone)) == text_of(sample_checkpoint(all)));
  BOOST_CHECK(text_of(read_checkpoint(path, part, alone)) == text_of(sample_checkpoint(part)));
}

/// Version 1.0 had the numbers in chunks with checksums of HDF5's own.
BOOST_AUTO_TEST_CASE(files_of_version_1_0_are_read) {
  const TemporaryFolder folder;
  const auto path = folder / "checkpoint.h5";
  write_sample(path);
  h5::change_file(path, [](const h5::Group& root) {
    std::size_t layer = 0;
    for (const DualRecord& record : checkpoint_duals(shape)) {
      const h5::Group group = root.open_group("duals").open_group("layer_" + std::to_string(layer++));
      for (const auto& [name, rows] : {std::pair{"image", &record.image}, {"multiplier", &record.multiplier}}) {
        for (const std::string& old : {std::string(name), name + std::string("_checksums")})
          BOOST_TEST_REQUIRE(H5Ldelete(group.id(), old.c_str(), H5P_DEFAULT) >= 0);
        h5::write<float>(group, name, rows->values, {static_cast<hsize_t>(rows->rows), rows->columns});
      }
    }
  });
  BOOST_TEST(text_at(path) == text_of(sample_checkpoint(shape)));
}

BOOST_AUTO_TEST_CASE(wrong_and_missing_checksums_of_duals_are_refused) {
  const TemporaryFolder folder;
  const auto path = folder / "checkpoint.h5";
  const auto expect_refused = [&](const auto& spoil, const std::string& reason) {
    write_sample(path);
    h5::change_file(path, [&](const h5::Group& root) { spoil(root.open_group("duals").open_group("layer_1")); });
    expect_mentions(read_error(path), {path.string(), "/duals/layer_1/multiplier", reason});
  };
  const auto remove = [](const h5::Group& layer) { H5Ldelete(layer.id(), "multiplier_checksums", H5P_DEFAULT); };
  expect_refused(remove, "");
  const auto replace = [&](const h5::Group& layer) {
    auto sums = h5::read<std::int64_t>(layer, "multiplier_checksums");
    ++sums[11];
    remove(layer);
    h5::write(layer, "multiplier_checksums", sums);
  };
  expect_refused(replace, "column 11 is wrong");
}

BOOST_AUTO_TEST_CASE(bits_are_packed_without_loss) {
  const NetworkBits bits = random_bits(network, 8);
  const BitCounts counts = bit_counts(network);
  BOOST_TEST(packed_size(counts) == 12U);
  BOOST_TEST(pack(bits).size() == packed_size(counts));
  BOOST_CHECK(unpack(pack(bits), counts) == bits);
  std::vector<std::uint8_t> longer = pack(bits);
  longer.back() |= 0x80;
  expect_mentions(message_of<InputError>([&] { static_cast<void>(unpack(longer, counts)); }), {"behind the last"});
  longer.push_back(0);
  expect_mentions(message_of<InputError>([&] { static_cast<void>(unpack(longer, counts)); }),
                  {"13 bytes", "instead of 12"});
}

BOOST_AUTO_TEST_CASE(equal_content_makes_equal_bytes) {
  const TemporaryFolder folder;
  write_sample(folder / "a.h5");
  write_sample(folder / "b.h5");
  BOOST_CHECK(contents(folder / "a.h5") == contents(folder / "b.h5"));
}

BOOST_AUTO_TEST_CASE(missing_foreign_and_unfinished_files) {
  const TemporaryFolder folder;
  const auto path = folder / "checkpoint.h5";
  const auto make = [&](std::int64_t major, const char* format) {
    overwrite(path, h5::file_image("file", [&](const h5::Group& root) {
                h5::write_attribute(root, "format", std::string(format));
                h5::write_attribute(root, "format_version", std::vector<std::int64_t>{major, 3});
              }));
  };
  expect_mentions(read_error(path), {path.string(), "no such file"});
  overwrite(path, "plain text");
  expect_mentions(read_error(path), {path.string(), "cannot be opened", "not a checkpoint"});
  make(1, "isinglass-results");
  expect_mentions(read_error(path), {path.string(), "not a checkpoint"});
  make(2, "isinglass-checkpoint");
  expect_mentions(read_error(path), {path.string(), "format version 2.3"});
  make(1, "isinglass-checkpoint");
  expect_mentions(read_error(path), {path.string(), "unfinished"});
}

BOOST_AUTO_TEST_CASE(other_networks_and_other_data) {
  const TemporaryFolder folder;
  const auto path = folder / "checkpoint.h5";
  write_sample(path);
  const Architecture wider = checkpoint_architecture(6);
  expect_mentions(read_error(path, {wider, 0, 19, 19}), {path.string(), "another network"});
  Architecture shallow = network;
  shallow.layers.erase(shallow.layers.begin());
  expect_mentions(read_error(path, {shallow, 0, 19, 19}), {path.string(), "another network"});
  expect_mentions(read_error(path, {network, 0, 20, 20}), {path.string(), "19 training samples instead of 20"});
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_does_not_fit_together_is_not_written) {
  const TemporaryFolder folder;
  const auto path = folder / "checkpoint.h5";
  write_sample(path);
  const std::string before = contents(path);
  const auto expect_refused = [&](const auto& spoil, const std::string& place, const std::string& problem) {
    TrainingState checkpoint = sample_checkpoint(shape);
    spoil(checkpoint);
    expect_mentions(write_error(path, checkpoint), {path.string(), place, problem});
    BOOST_TEST((contents(path) == before));
  };
  const float nan = std::nanf("");
  expect_refused([&](TrainingState& c) { c.duals[1].multiplier.values[7] = nan; }, "/duals/layer_1/multiplier",
                 "not finite");
  expect_refused([&](TrainingState& c) { c.duals[0].image.values[0] = -1 / 0.0F; }, "/duals/layer_0/image",
                 "not finite");
  expect_refused([&](TrainingState& c) { c.atoms[2].weight = nan; }, "/atoms/weights", "not finite");
  expect_refused([&](TrainingState& c) { c.incumbent_objective = 1 / 0.0; }, "/state/incumbent_objective",
                 "not finite");
  expect_refused([&](TrainingState& c) { c.objective_image = nan; }, "/state/objective_image", "not finite");
  expect_refused([&](TrainingState& c) { c.latents[1] = nan; }, "/qat/latents", "not finite");
  expect_refused([&](TrainingState& c) { c.gradient_mean.pop_back(); }, "/qat/gradient_mean", "as long as");
  expect_refused([&](TrainingState& c) { c.incumbent_counts.pop_back(); }, "/qat/incumbent_counts", "6 counts");
  expect_refused([&](TrainingState& c) { c.current.clear(); }, "/current", "no network");
  expect_refused([&](TrainingState& c) { c.current[1].pop_back(); }, "/current/bits", "values for the shape");
}

BOOST_AUTO_TEST_CASE(cut_files_are_refused) {
  const TemporaryFolder folder;
  const auto path = folder / "checkpoint.h5";
  write_sample(path);
  const std::string whole = contents(path), expected = text_at(path);
  std::size_t accepted = 0;
  for (std::size_t size = 0; size < whole.size(); size += 97) {
    overwrite(path, whole.substr(0, size));
    const std::string message = read_error(path);
    BOOST_TEST((message.empty() || mentions(message, {path.string()})), message);
    accepted += message.empty() && text_at(path) != expected ? 1 : 0;
  }
  BOOST_TEST(accepted == 0U);
}

BOOST_AUTO_TEST_CASE(no_flipped_bit_is_read_silently_wrong) {
  const TemporaryFolder folder;
  const auto path = folder / "checkpoint.h5";
  write_sample(path);
  const std::string whole = contents(path), expected = text_at(path);
  std::mt19937 random(1);
  std::size_t refused = 0, wrong = 0;
  constexpr std::size_t flips = 400;
  for (std::size_t i = 0; i < flips; ++i) {
    std::string damaged = whole;
    const std::size_t at = random() % whole.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (random() % 8)));
    overwrite(path, damaged);
    try {
      wrong += text_at(path) != expected ? 1 : 0;
    } catch (const InputError&) {
      ++refused;
    }
  }
  BOOST_TEST(wrong == 0U);
  BOOST_TEST(refused > flips / 20);
  BOOST_TEST_MESSAGE(refused << " of " << flips << " flips in " << whole.size()
                             << " bytes refused; the others hit unused space");
}

BOOST_AUTO_TEST_CASE(a_full_disk_keeps_the_old_file) {
  const TemporaryFolder folder;
  const auto path = folder / "checkpoint.h5";
  write_sample(path);
  const std::string before = contents(path);
  for (const rlim_t bytes : {rlim_t{0}, rlim_t{1000}, rlim_t{before.size() / 2}, rlim_t{before.size() - 100}}) {
    const FullDisk full(bytes);
    expect_mentions(write_error(path, sample_checkpoint(shape)), {path.string(), "File too large"});
  }
  BOOST_TEST((contents(path) == before));
  BOOST_TEST(temporaries_in(folder.path()) == 0);
  write_sample(path);
  BOOST_TEST((contents(path) == before));
}

BOOST_AUTO_TEST_CASE(folders_that_cannot_be_written_to) {
  const TemporaryFolder folder;
  expect_mentions(write_error(folder / "none/checkpoint.h5", sample_checkpoint(shape)),
                  {"none/checkpoint.h5", "No such file or directory"});
  overwrite(folder / "file", "");
  expect_mentions(write_error(folder / "file/checkpoint.h5", sample_checkpoint(shape)),
                  {"checkpoint.h5", "Not a directory"});
}

BOOST_AUTO_TEST_SUITE_END()
