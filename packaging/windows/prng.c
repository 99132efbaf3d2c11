/* For tests under Wine 8 only, which has no bcryptprimitives.dll: Rust's standard library asks it for random numbers. */
#include <windows.h>

/* RtlGenRandom */
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
  while (length > 0) {
    ULONG part = length > 65536 ? 65536 : (ULONG)length;
    if (!SystemFunction036(data, part)) return FALSE;
    data += part;
    length -= part;
  }
  return TRUE;
}
