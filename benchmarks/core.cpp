// What MienCore costs; see core.py, which builds and runs this.
//
//   core decode FILE                        ns to check and view the message, beside a copy of its bytes
//   core take HELLO FACE                    ns for a cast to take a frame in and to compute all poses; allocations
//   core live STATE EVENTS GAME SECONDS     µs from publishing to receiving; age of the face in a 60 Hz game; losses
//   core udp PORT SECONDS                   µs from sending to receiving a datagram

#include "MienCore/Client.h"
#include "MienCore/Decoder.h"
#include "MienCore/ReceiverThread.h"
#include "MienCore/TcpStream.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace mien;

namespace {

std::atomic<std::uint64_t> allocations{0};

double nanoseconds() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<double>(std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

double quantile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

/// Median over many rounds of the time of one call.
template <typename Call>
double timed(Call call) {
  int calls = 1;
  for (;; calls *= 2) {
    const double start = nanoseconds();
    for (int i = 0; i < calls; ++i) call();
    if (nanoseconds() - start > 1e6) break;
  }
  std::vector<double> rounds;
  for (int round = 0; round < 101; ++round) {
    const double start = nanoseconds();
    for (int i = 0; i < calls; ++i) call();
    rounds.push_back((nanoseconds() - start) / calls);
  }
  return quantile(rounds, 0.5);
}

void keep(const void* value) { asm volatile("" : : "r"(value) : "memory"); }

std::vector<std::uint8_t> read(const char* path) {
  std::vector<std::uint8_t> bytes(64U << 20U);
  std::FILE* const file = std::fopen(path, "rb");
  if (file == nullptr) std::exit(2);
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
  std::fclose(file);
  return bytes;
}

int decodeFile(const char* path) {
  const std::vector<std::uint8_t> bytes = read(path);
  std::vector<std::uint8_t> copy(bytes.size());
  const double decoding = timed([&] {
    Envelope envelope;
    FaceFrame frame;
    if (!open({bytes.data(), bytes.size()}, envelope).ok() || !decode(envelope, frame).ok()) std::exit(3);
    keep(&frame);
  });
  const double copying = timed([&] {
    std::memcpy(copy.data(), bytes.data(), bytes.size());
    keep(copy.data());
  });
  std::printf("{\"decode_ns\": %.1f, \"copy_ns\": %.1f, \"bytes\": %zu}\n", decoding, copying, bytes.size());
  return 0;
}

/// Overwrites the value of an integer that the encoder wrote in `width` bytes after its key.
void patch(std::vector<std::uint8_t>& bytes, const char* key, std::uint64_t value, std::size_t width) {
  const std::size_t length = std::strlen(key);
  const auto* const word = reinterpret_cast<const std::uint8_t*>(key);
  const auto at = std::search(bytes.begin(), bytes.end(), word, word + length);
  if (at == bytes.end()) std::exit(4);
  for (std::size_t i = 0; i < width; ++i) {
    *(at + static_cast<std::ptrdiff_t>(length + width - i)) = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

int takeFrames(const char* helloPath, const char* facePath) {
  const std::vector<std::uint8_t> hello = read(helloPath);
  std::vector<std::uint8_t> face = read(facePath);
  Cast cast{PlayoutOptions()};
  Micros now = kSecond;
  cast.receive({hello.data(), hello.size()}, now, 1);
  std::vector<double> taking;
  std::vector<double> computing;
  std::uint64_t before = 0;
  constexpr int kFrames = 600;
  taking.reserve(kFrames);
  computing.reserve(kFrames);
  for (std::uint64_t i = 1; i <= kFrames; ++i) {
    if (i == 100) before = allocations.load();
    now += kSecond / 60;
    // The first of its bytes differ from all earlier frames, as a sender's would: t and seq, each of 8 bytes.
    patch(face, "\xA1t", (std::uint64_t{1} << 40U) + static_cast<std::uint64_t>(now), 8);
    patch(face, "\xA3seq", (std::uint64_t{1} << 40U) + i, 8);
    const double start = nanoseconds();
    cast.receive({face.data(), face.size()}, now, 1);
    const double middle = nanoseconds();
    cast.update(now);
    if (i >= 100) {
      taking.push_back(middle - start);
      computing.push_back(nanoseconds() - middle);
    }
  }
  const std::uint64_t allocated = allocations.load() - before;
  if (cast.statistics().frames != kFrames) std::exit(5);
  std::printf("{\"take_ns\": %.1f, \"update_ns\": %.1f, \"allocations\": %llu}\n", quantile(taking, 0.5),
              quantile(computing, 0.5), static_cast<unsigned long long>(allocated));
  return 0;
}

long residentKiB() {
  long pages = 0;
  long resident = 0;
  if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

struct Latency final : StateTap {
  void onState(const Envelope& envelope, Micros, std::uint32_t) override {
    const Micros now = monotonicNow();
    FaceFrame frame;
    if (envelope.kind != MessageKind::Face || !decode(envelope, frame).ok()) return;
    const std::lock_guard<std::mutex> lock(mutex);
    if (micros.size() < micros.capacity()) micros.push_back(static_cast<double>(now - static_cast<Micros>(frame.t)));
  }
  std::mutex mutex;
  std::vector<double> micros;
};

int live(char** arguments) {
  TcpStream state("127.0.0.1", static_cast<std::uint16_t>(std::atoi(arguments[0])));
  TcpStream events("127.0.0.1", static_cast<std::uint16_t>(std::atoi(arguments[1])));
  TcpStream game("127.0.0.1", static_cast<std::uint16_t>(std::atoi(arguments[2])));
  const Micros length = std::atoi(arguments[3]) * kSecond;
  ClientOptions options;
  options.twoThreads = true;
  Client client(state, events, game, options);
  Latency latency;
  // Filled once, so that the memory they take is there before it is measured.
  latency.micros.assign(static_cast<std::size_t>(length / kSecond) * 100 + 1000, 0.0);
  std::vector<double> ages(latency.micros.size());
  latency.micros.clear();
  ages.clear();
  client.tapState(&latency);
  ReceiverThread receiver(client);
  while (client.cast().size() == 0 || client.cast().presence(0) < 1) {
    client.update(monotonicNow());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const Micros start = monotonicNow() + kSecond;
  std::uint64_t allocated = 0;
  long memory = 0;
  ClientStatistics first;
  Micros next = monotonicNow();
  for (bool warm = false; next < start + length; next += kSecond / 60) {
    const Micros wait = next - monotonicNow();
    if (wait > 0) std::this_thread::sleep_for(std::chrono::microseconds(wait));
    const Micros now = monotonicNow();
    client.update(now);
    if (!warm && now >= start) {
      warm = true;
      first = client.statistics();
      const std::lock_guard<std::mutex> lock(latency.mutex);
      latency.micros.clear();
      memory = residentKiB();
      allocated = allocations.load();
    }
    if (!warm) continue;
    // One machine, one clock: the offset is the fastest transit, which the aligned age leaves out.
    ages.push_back(static_cast<double>(client.statistics().cast.age + client.cast().clock().offset()));
  }
  allocated = allocations.load() - allocated;
  const ClientStatistics last = client.statistics();
  const std::lock_guard<std::mutex> lock(latency.mutex);
  std::printf("{\"median_us\": %.0f, \"p99_us\": %.0f, \"age_median_us\": %.0f, \"age_p99_us\": %.0f, "
              "\"frames\": %llu, \"gaps\": %llu, \"late\": %llu, \"dropped\": %llu, \"allocations\": %llu, "
              "\"memory_kib\": %ld, \"growth_kib\": %ld}\n",
              quantile(latency.micros, 0.5), quantile(latency.micros, 0.99), quantile(ages, 0.5), quantile(ages, 0.99),
              static_cast<unsigned long long>(last.cast.frames - first.cast.frames),
              static_cast<unsigned long long>(last.cast.gaps - first.cast.gaps),
              static_cast<unsigned long long>(last.cast.late - first.cast.late),
              static_cast<unsigned long long>(last.channels[0].dropped - first.channels[0].dropped),
              static_cast<unsigned long long>(allocated), memory, residentKiB() - memory);
  return 0;
}

int udp(char** arguments) {
  const int receiver = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(arguments[0])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(receiver, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return 6;
  timeval patience = {1, 0};
  setsockopt(receiver, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  const Micros end = monotonicNow() + std::atoi(arguments[1]) * kSecond;
  std::vector<double> micros;
  std::uint8_t datagram[65536];
  while (monotonicNow() < end) {
    const ssize_t size = recv(receiver, datagram, sizeof(datagram), 0);
    const Micros now = monotonicNow();
    std::int64_t sent = 0;
    if (size < static_cast<ssize_t>(sizeof(sent))) continue;
    std::memcpy(&sent, datagram, sizeof(sent));
    micros.push_back(static_cast<double>(now - sent));
  }
  close(receiver);
  std::printf("{\"median_us\": %.0f, \"p99_us\": %.0f, \"frames\": %zu}\n", quantile(micros, 0.5),
              quantile(micros, 0.99), micros.size());
  return 0;
}

}  // namespace

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* const memory = std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

int main(int count, char** arguments) {
  if (count == 3 && std::strcmp(arguments[1], "decode") == 0) return decodeFile(arguments[2]);
  if (count == 4 && std::strcmp(arguments[1], "take") == 0) return takeFrames(arguments[2], arguments[3]);
  if (count == 6 && std::strcmp(arguments[1], "live") == 0) return live(arguments + 2);
  if (count == 4 && std::strcmp(arguments[1], "udp") == 0) return udp(arguments + 2);
  return 2;
}
