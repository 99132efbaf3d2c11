; For one user, without an administrator. The books lie in %LOCALAPPDATA%\cn.tiexin.desk and are not named here: neither an upgrade
; nor a removal touches them. VERSION, STAGE and OUT come from the command line, WEBVIEW where its installer lies
; beside the build.
Unicode true
; As the programs: no 32-bit part is needed on the machine.
Target amd64-unicode
SetCompressor /SOLID lzma
RequestExecutionLevel user
ManifestDPIAware true

!include MUI2.nsh
!include WordFunc.nsh
!include FileFunc.nsh

Name "贴心"
OutFile "${OUT}"
BrandingText "贴心 ${VERSION}"
InstallDir "$LOCALAPPDATA\Programs\Tiexin"
!define ENTRY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Tiexin"
InstallDirRegKey HKCU "${ENTRY}" InstallLocation

VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=2052 ProductName "贴心"
VIAddVersionKey /LANG=2052 FileDescription "贴心安装程序"
VIAddVersionKey /LANG=2052 FileVersion "${VERSION}"
VIAddVersionKey /LANG=2052 ProductVersion "${VERSION}"
VIAddVersionKey /LANG=2052 CompanyName "贴心"
VIAddVersionKey /LANG=2052 LegalCopyright "AGPL-3.0-or-later"

!define MUI_ICON "${STAGE}/tiexin.ico"
!define MUI_UNICON "${STAGE}/tiexin.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\tiexin.exe"
!define MUI_FINISHPAGE_RUN_TEXT "打开贴心"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE SimpChinese

; A running program cannot be written over: the worker is asked to close it, nothing is changed half.
!macro Closed PROGRAM
  again_${PROGRAM}:
  IfFileExists "$INSTDIR\${PROGRAM}.exe" 0 free_${PROGRAM}
  ClearErrors
  FileOpen $0 "$INSTDIR\${PROGRAM}.exe" a
  IfErrors busy_${PROGRAM}
  FileClose $0
  Goto free_${PROGRAM}
  busy_${PROGRAM}:
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "贴心正在运行。请先关闭贴心的窗口和浏览器里的贴心，再点“重试”。" /SD IDCANCEL IDRETRY again_${PROGRAM}
  SetErrorLevel 3
  Quit
  free_${PROGRAM}:
!macroend

!macro AllClosed
  !insertmacro Closed tiexin
  !insertmacro Closed tiexin-desk
  !insertmacro Closed tiexin-server
!macroend

!macro ProgramsGone
  Delete "$INSTDIR\tiexin.exe"
  Delete "$INSTDIR\tiexin-desk.exe"
  Delete "$INSTDIR\tiexin-server.exe"
  Delete "$INSTDIR\WebView2Loader.dll"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\LICENCES.txt"
  Delete "$INSTDIR\tiexin.ico"
  RMDir /r "$INSTDIR\ui"
!macroend

Function .onInit
  ReadRegStr $0 HKCU "${ENTRY}" DisplayVersion
  ${If} $0 != ""
    ${VersionCompare} "$0" "${VERSION}" $1
    ${If} $1 == 1
      MessageBox MB_OK|MB_ICONINFORMATION "这台电脑上已有更新的版本（$0），没有改动任何内容。" /SD IDOK
      SetErrorLevel 4
      Quit
    ${EndIf}
  ${EndIf}
FunctionEnd

Section
  !insertmacro AllClosed
  !insertmacro ProgramsGone
  SetOutPath "$INSTDIR"
  File /r "${STAGE}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  CreateDirectory "$SMPROGRAMS\贴心"
  CreateShortcut "$SMPROGRAMS\贴心\贴心.lnk" "$INSTDIR\tiexin.exe" "" "$INSTDIR\tiexin.ico"
  CreateShortcut "$SMPROGRAMS\贴心\在浏览器里打开贴心.lnk" "$INSTDIR\tiexin-desk.exe" "open" "$INSTDIR\tiexin.ico"
  CreateShortcut "$SMPROGRAMS\贴心\卸载贴心.lnk" "$INSTDIR\uninstall.exe"
  CreateShortcut "$DESKTOP\贴心.lnk" "$INSTDIR\tiexin.exe" "" "$INSTDIR\tiexin.ico"

  WriteRegStr HKCU "${ENTRY}" DisplayName "贴心"
  WriteRegStr HKCU "${ENTRY}" DisplayVersion "${VERSION}"
  WriteRegStr HKCU "${ENTRY}" Publisher "贴心"
  WriteRegStr HKCU "${ENTRY}" DisplayIcon "$INSTDIR\tiexin.ico"
  WriteRegStr HKCU "${ENTRY}" InstallLocation "$INSTDIR"
  WriteRegStr HKCU "${ENTRY}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${ENTRY}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${ENTRY}" NoModify 1
  WriteRegDWORD HKCU "${ENTRY}" NoRepair 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${ENTRY}" EstimatedSize $0

!ifdef WEBVIEW
  ; Where the machine has none. The window needs it; without it the screens are opened in the browser.
  !define CLIENT "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"
  ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${CLIENT}" pv
  ${If} $0 == ""
    ReadRegStr $0 HKCU "Software\${CLIENT}" pv
  ${EndIf}
  ${If} $0 == ""
    InitPluginsDir
    DetailPrint "正在安装窗口组件 WebView2，需要几分钟…"
    File "/oname=$PLUGINSDIR\webview2.exe" "${WEBVIEW}"
    ExecWait '"$PLUGINSDIR\webview2.exe" /silent /install' $0
    ${If} $0 != 0
      DetailPrint "WebView2 没有装上（$0）。贴心会在浏览器里打开。"
    ${EndIf}
  ${EndIf}
!endif
SectionEnd

Section Uninstall
  !insertmacro AllClosed
  !insertmacro ProgramsGone
  ; Versions that came by update packages. Whoever put one there has made the lock.
  ${If} ${FileExists} "$INSTDIR\versions\apply.lock"
    RMDir /r "$INSTDIR\versions"
  ${EndIf}
  Delete "$INSTDIR\uninstall.exe"
  ; Only when nothing of somebody else lies in it.
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\贴心\*.lnk"
  RMDir "$SMPROGRAMS\贴心"
  Delete "$DESKTOP\贴心.lnk"
  DeleteRegKey HKCU "${ENTRY}"
SectionEnd
