#include "transports/session/compressor.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <new>
#include <zstd.h>

namespace warren::session {

namespace {

// The fastest of the plain levels: on the paths for which it pays, the one that never becomes what is waited for.
constexpr int level = 1;

// RFC 8878 3.1.1: Magic_Number, 0xFD2FB528, little-endian.
constexpr std::byte magic[] = {std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f}, std::byte{0xfd}};

struct deleter {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

template <class Context>
using owned = std::unique_ptr<Context, deleter>;

template <class Context>
Context* checked(const owned<Context>& context) {
  if (!context)
    throw std::bad_alloc{};
  return context.get();
}

// Lent to whichever session compresses on this thread: nothing of one call is seen by the next.
struct compressing {
  owned<ZSTD_CCtx> context{ZSTD_createCCtx()};
  bytes out = bytes(max_stretch);
};

compressing& thread_compressing() {
  thread_local compressing instance;
  return instance;
}

ZSTD_DCtx* thread_decompressing() {
  thread_local owned<ZSTD_DCtx> instance{ZSTD_createDCtx()};
  return checked(instance);
}

} // namespace

std::optional<bytes> compress(byte_view plain, std::size_t limit) {
  assert(plain.size() <= max_stretch);
  auto& lent = thread_compressing();
  auto room = std::min(limit, lent.out.size());
  // Fails when there is not enough room, which is all that can go wrong.
  auto size =
      ZSTD_compressCCtx(checked(lent.context), lent.out.data(), room, plain.data(), plain.size(), level);
  if (ZSTD_isError(size) != 0)
    return std::nullopt;
  return to_bytes(byte_view{lent.out}.first(size));
}

bool decompress(byte_view packed, std::span<std::byte> out) {
  // libzstd would also take the formats that came before the RFC, skippable frames, and several frames in a row.
  if (packed.size() < sizeof magic || !std::equal(std::begin(magic), std::end(magic), packed.begin()))
    return false;
  if (ZSTD_findFrameCompressedSize(packed.data(), packed.size()) != packed.size())
    return false;
  // Whole frames are decoded in place: however large a window they name, none is allocated.
  return ZSTD_decompressDCtx(thread_decompressing(), out.data(), out.size(), packed.data(), packed.size())
         == out.size();
}

} // namespace warren::session
