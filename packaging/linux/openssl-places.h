/* OpenSSL writes down where its build lay, to look there for engines and modules that we do not have. The place of
 * a distribution's own stands for it: nothing of a build's machine gets into the programs. */
#ifdef ENGINESDIR
#undef ENGINESDIR
#define ENGINESDIR "/usr/lib/engines-3"
#endif
#ifdef MODULESDIR
#undef MODULESDIR
#define MODULESDIR "/usr/lib/ossl-modules"
#endif
