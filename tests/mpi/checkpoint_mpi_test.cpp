// Under mpirun: what the ranks write together is what one writes alone, and a failure is the same one on all of them.
#define BOOST_TEST_MODULE checkpoint_mpi
#define BOOST_TEST_NO_MAIN
#include "base/error.hpp"
#include "checkpoint_sample.hpp"
#include "files/h5.hpp"
#include "mpi/mpi_main.hpp"
#include "namespaces.hpp"
#include "unit/full_disk.hpp"
#include "unit/temporary_folder.hpp"

#include <optional>
#include <random>

#include <boost/test/unit_test.hpp>

using namespace isinglass;
using namespace isinglass::testing;

/// HDF5 leaks when it refuses a damaged file: not for the leak sanitizer to report.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }

namespace {

namespace fs = std::filesystem;

const Communicator& world() {
  static const Communicator ranks(MPI_COMM_WORLD);
  return ranks;
}

std::string of_root(std::string text) {
  std::uint64_t size = text.size();
  world().broadcast(bytes_of(std::span(&size, 1)), 0);
  text.resize(size);
  world().broadcast(bytes_of(std::span(text.data(), size)), 0);
  return text;
}

/// A folder of rank 0 that all ranks know.
class SharedFolder {
public:
  SharedFolder() {
    if (world().is_root()) own_.emplace();
    path_ = of_root(own_ ? own_->path().string() : "");
  }
  SharedFolder(const SharedFolder&) = delete;
  SharedFolder& operator=(const SharedFolder&) = delete;
  ~SharedFolder() { world().barrier(); }
  fs::path operator/(const std::string& name) const { return path_ / name; }

private:
  std::optional<TemporaryFolder> own_;
  fs::path path_;
};

/// Unequal shards of `samples` training samples; of three ranks or more, the second has none.
CheckpointShape shard(const Architecture& network, std::size_t samples) {
  const auto rank = static_cast<std::size_t>(world().rank()), size = static_cast<std::size_t>(world().size());
  const auto first_of = [&](std::size_t r) {
    if (r == 0 || r == size) return r == 0 ? 0 : samples;
    return samples * std::max<std::size_t>(r, 2) / (size + 1);
  };
  return {network, first_of(rank), first_of(rank + 1) - first_of(rank), samples};
}

void compare_with_one_rank(const Architecture& network, std::size_t samples) {
  const SharedFolder folder;
  const fs::path path = folder / "together.h5", other = folder / "alone.h5";
  const CheckpointShape part = shard(network, samples), all{network, 0, samples, samples};
  write_checkpoint(path, sample_checkpoint(part), world());
  BOOST_CHECK(text_of(read_checkpoint(path, part, world())) == text_of(sample_checkpoint(part)));
  if (!world().is_root()) return;
  const Communicator alone;
  write_checkpoint(other, sample_checkpoint(all), alone);
  BOOST_CHECK(contents(path) == contents(other));
  BOOST_TEST(temporaries_in((folder / ".").parent_path()) == 0);
}

/// Writing fails on all ranks with one text.
void expect_refused(const fs::path& path, const TrainingState& checkpoint, const std::string& reason) {
  const std::string message = message_of<SystemError>([&] { write_checkpoint(path, checkpoint, world()); });
  BOOST_TEST(mentions(message, {path.string(), reason}), message);
  BOOST_TEST(message == of_root(message));
}

}  // namespace

BOOST_AUTO_TEST_CASE(unequal_shards_write_what_one_rank_writes) {
  compare_with_one_rank(checkpoint_architecture(5), 97);
  compare_with_one_rank(checkpoint_architecture(40), 9000);
  compare_with_one_rank(checkpoint_architecture(5), 1);
  compare_with_one_rank(checkpoint_architecture(5), 0);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_without_duals_comes_back) {
  const SharedFolder folder;
  const Architecture network = checkpoint_architecture(5);
  const CheckpointShape part = shard(network, 97);
  write_checkpoint(folder / "checkpoint.h5", bare_checkpoint(part), world());
  BOOST_CHECK(text_of(read_checkpoint(folder / "checkpoint.h5", part, world())) == text_of(bare_checkpoint(part)));
}

BOOST_AUTO_TEST_CASE(failures_are_the_same_on_all_ranks) {
  const SharedFolder folder;
  const fs::path path = folder / "checkpoint.h5";
  const Architecture network = checkpoint_architecture(40);
  const CheckpointShape part = shard(network, 2000);
  TrainingState checkpoint = sample_checkpoint(part);
  expect_refused(folder / "none/checkpoint.h5", checkpoint, "No such file or directory");
  write_checkpoint(path, checkpoint, world());
  world().barrier();
  const std::string before = contents(path);
  for (const rlim_t bytes : {rlim_t{0}, rlim_t{before.size() / 2}, rlim_t{before.size() - 100}}) {
    const FullDisk full(bytes);
    expect_refused(path, checkpoint, "File too large");
  }
  if (part.columns > 0) checkpoint.duals[0].image.values[0] = std::nanf("");
  expect_refused(path, checkpoint, "not finite");
  BOOST_TEST((contents(path) == before));
  BOOST_TEST(temporaries_in((folder / ".").parent_path()) == 0);
  world().barrier();
  write_checkpoint(path, sample_checkpoint(part), world());
}

BOOST_AUTO_TEST_CASE(damage_in_one_ranks_columns_is_refused_by_all) {
  const SharedFolder folder;
  const fs::path path = folder / "checkpoint.h5";
  const Architecture network = checkpoint_architecture(40);
  const CheckpointShape part = shard(network, 4000);
  write_checkpoint(path, sample_checkpoint(part), world());
  world().barrier();
  const std::string whole = contents(path), expected = text_of(sample_checkpoint(part));
  std::mt19937 random(2);
  std::int64_t refused = 0, wrong = 0;
  for (int i = 0; i < 40; ++i) {
    const std::size_t at = random() % whole.size();
    world().barrier();
    if (world().is_root()) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << (i % 8)));
      overwrite(path, damaged);
    }
    world().barrier();
    try {
      wrong += text_of(read_checkpoint(path, part, world())) != expected ? 1 : 0;
    } catch (const InputError&) {
      ++refused;
    }
  }
  BOOST_TEST(wrong == 0);
  BOOST_TEST(refused > 20);
  BOOST_TEST(world().all_sum(refused) == refused * world().size());
}

/// The disk space is there when rank 0 makes the file, but one rank's writes fail at some row of its columns, as they
/// do when a quota or a device fails: every rank gets that rank's error, none waits, and the older file stays.
BOOST_AUTO_TEST_CASE(a_rank_that_fails_in_the_middle_of_its_writes_stops_all) {
  const SharedFolder folder;
  const fs::path path = folder / "checkpoint.h5";
  const Architecture network = checkpoint_architecture(40);
  const CheckpointShape part = shard(network, 2000);
  write_checkpoint(path, sample_checkpoint(part), world());
  world().barrier();
  const std::string before = contents(path);
  for (int rank = world().size() > 1 ? 1 : 0; rank < world().size(); ++rank) {
    std::int64_t columns = world().rank() == rank ? static_cast<std::int64_t>(part.columns) : 0;
    if (world().all_sum(columns) == 0) continue;  // a rank without samples writes nothing
    for (const std::size_t bytes : {before.size() / 4, before.size() / 2, before.size() - 20000}) {
      TrainingState checkpoint = sample_checkpoint(part);
      checkpoint.iteration = 43;
      std::optional<FullDisk> full;
      if (world().rank() == rank) full.emplace(bytes);
      expect_refused(path, checkpoint, "File too large");
      BOOST_TEST((contents(path) == before));
      BOOST_TEST(temporaries_in((folder / ".").parent_path()) == 0);
      world().barrier();
    }
  }
  BOOST_CHECK(text_of(read_checkpoint(path, part, world())) == text_of(sample_checkpoint(part)));
  write_checkpoint(path, sample_checkpoint(part), world());
}

int main(int argc, char** argv) {
  h5::set_up_library();  // before MPI_Init, see there
  return run_on_all_ranks(argc, argv);
}
