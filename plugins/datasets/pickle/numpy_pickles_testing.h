// Pickles that Python 3.11.7 wrote with NumPy, in base64: a pair of the four image files
// b"a\xff\n\\'\x00z", b"c", b"", b"ab" and the truth values True, False.
#ifndef FACET_PLUGINS_DATASETS_PICKLE_NUMPY_PICKLES_TESTING_H_
#define FACET_PLUGINS_DATASETS_PICKLE_NUMPY_PICKLES_TESTING_H_

namespace facet {

struct NumpyPickle {
  const char *what, *base64;
};
inline constexpr NumpyPickle kNumpyPickles[] = {
    {"NumPy 1.26.4, protocol 0: byte strings, truths as scalars",
     "KChscDAKY19jb2RlY3MKZW5jb2RlCnAxCihWYf9cdTAwMGFcdTAwNWMnXHUwMDAwegpwMgpWbGF0aW4xCnAzCnRw"
     "NApScDUKYWcxCihWYwpwNgpnMwp0cDcKUnA4CmFjX19idWlsdGluX18KYnl0ZXMKcDkKKHRScDEwCmFnMQooVmFi"
     "CnAxMQpnMwp0cDEyClJwMTMKYShscDE0CmNudW1weS5jb3JlLm11bHRpYXJyYXkKc2NhbGFyCnAxNQooY251bXB5"
     "CmR0eXBlCnAxNgooVmIxCnAxNwpJMDAKSTAxCnRwMTgKUnAxOQooSTMKVnwKcDIwCk5OTkktMQpJLTEKSTAKdHAy"
     "MQpiZzEKKFYBCnAyMgpnMwp0cDIzClJwMjQKdHAyNQpScDI2CmFnMTUKKGcxOQpnMQooVlx1MDAwMApwMjcKZzMK"
     "dHAyOApScDI5CnRwMzAKUnAzMQphdHAzMgou"},
    {"NumPy 1.26.4, protocol 1: byte strings, truths as scalars",
     "KF1xAChjX2NvZGVjcwplbmNvZGUKcQEoWAgAAABhw78KXCcAenECWAYAAABsYXRpbjFxA3RxBFJxBWgBKFgBAAAA"
     "Y3EGaAN0cQdScQhjX19idWlsdGluX18KYnl0ZXMKcQkpUnEKaAEoWAIAAABhYnELaAN0cQxScQ1lXXEOKGNudW1w"
     "eS5jb3JlLm11bHRpYXJyYXkKc2NhbGFyCnEPKGNudW1weQpkdHlwZQpxEChYAgAAAGIxcRFJMDAKSTAxCnRxElJx"
     "EyhLA1gBAAAAfHEUTk5OSv////9K/////0sAdHEVYmgBKFgBAAAAAXEWaAN0cRdScRh0cRlScRpoDyhoE2gBKFgB"
     "AAAAAHEbaAN0cRxScR10cR5ScR9ldHEgLg=="},
    {"NumPy 1.26.4, protocol 2: byte strings, truths as scalars",
     "gAJdcQAoY19jb2RlY3MKZW5jb2RlCnEBWAgAAABhw78KXCcAenECWAYAAABsYXRpbjFxA4ZxBFJxBWgBWAEAAABj"
     "cQZoA4ZxB1JxCGNfX2J1aWx0aW5fXwpieXRlcwpxCSlScQpoAVgCAAAAYWJxC2gDhnEMUnENZV1xDihjbnVtcHku"
     "Y29yZS5tdWx0aWFycmF5CnNjYWxhcgpxD2NudW1weQpkdHlwZQpxEFgCAAAAYjFxEYmIh3ESUnETKEsDWAEAAAB8"
     "cRROTk5K/////0r/////SwB0cRViaAFYAQAAAAFxFmgDhnEXUnEYhnEZUnEaaA9oE2gBWAEAAAAAcRtoA4ZxHFJx"
     "HYZxHlJxH2WGcSAu"},
    {"NumPy 1.26.4, protocol 3: byte strings, truths as scalars",
     "gANdcQAoQwdh/wpcJwB6cQFDAWNxAkMAcQNDAmFicQRlXXEFKGNudW1weS5jb3JlLm11bHRpYXJyYXkKc2NhbGFy"
     "CnEGY251bXB5CmR0eXBlCnEHWAIAAABiMXEIiYiHcQlScQooSwNYAQAAAHxxC05OTkr/////Sv////9LAHRxDGJD"
     "AQFxDYZxDlJxD2gGaApDAQBxEIZxEVJxEmWGcRMu"},
    {"NumPy 1.26.4, protocol 4: byte strings, truths as scalars",
     "gASVjgAAAAAAAABdlChDB2H/ClwnAHqUQwFjlEMAlEMCYWKUZV2UKIwVbnVtcHkuY29yZS5tdWx0aWFycmF5lIwG"
     "c2NhbGFylJOUjAVudW1weZSMBWR0eXBllJOUjAJiMZSJiIeUUpQoSwOMAXyUTk5OSv////9K/////0sAdJRiQwEB"
     "lIaUUpRoCGgOQwEAlIaUUpRlhpQu"},
    {"NumPy 1.26.4, protocol 5: byte strings, truths as scalars",
     "gAWVjgAAAAAAAABdlChDB2H/ClwnAHqUQwFjlEMAlEMCYWKUZV2UKIwVbnVtcHkuY29yZS5tdWx0aWFycmF5lIwG"
     "c2NhbGFylJOUjAVudW1weZSMBWR0eXBllJOUjAJiMZSJiIeUUpQoSwOMAXyUTk5OSv////9K/////0sAdJRiQwEB"
     "lIaUUpRoCGgOQwEAlIaUUpRlhpQu"},
    {"NumPy 1.26.4, protocol 0: arrays, truths as an array",
     "KChscDAKY251bXB5LmNvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcDEKKGNudW1weQpuZGFycmF5CnAyCihJ"
     "MAp0cDMKY19jb2RlY3MKZW5jb2RlCnA0CihWYgpwNQpWbGF0aW4xCnA2CnRwNwpScDgKdHA5ClJwMTAKKEkxCihJ"
     "Nwp0cDExCmNudW1weQpkdHlwZQpwMTIKKFZ1MQpwMTMKSTAwCkkwMQp0cDE0ClJwMTUKKEkzClZ8CnAxNgpOTk5J"
     "LTEKSS0xCkkwCnRwMTcKYkkwMApnNAooVmH/XHUwMDBhXHUwMDVjJ1x1MDAwMHoKcDE4Cmc2CnRwMTkKUnAyMAp0"
     "cDIxCmJhZzEKKGcyCihJMAp0cDIyCmc4CnRwMjMKUnAyNAooSTEKKEkxCnRwMjUKZzE1CkkwMApnNAooVmMKcDI2"
     "Cmc2CnRwMjcKUnAyOAp0cDI5CmJhZzEKKGcyCihJMAp0cDMwCmc4CnRwMzEKUnAzMgooSTEKKEkwCnRwMzMKZzE1"
     "CkkwMApjX19idWlsdGluX18KYnl0ZXMKcDM0Cih0UnAzNQp0cDM2CmJhZzEKKGcyCihJMAp0cDM3Cmc4CnRwMzgK"
     "UnAzOQooSTEKKEkyCnRwNDAKZzE1CkkwMApnNAooVmFiCnA0MQpnNgp0cDQyClJwNDMKdHA0NApiYWcxCihnMgoo"
     "STAKdHA0NQpnOAp0cDQ2ClJwNDcKKEkxCihJMgp0cDQ4CmcxMgooVmIxCnA0OQpJMDAKSTAxCnRwNTAKUnA1MQoo"
     "STMKZzE2Ck5OTkktMQpJLTEKSTAKdHA1MgpiSTAwCmc0CihWAVx1MDAwMApwNTMKZzYKdHA1NApScDU1CnRwNTYK"
     "YnRwNTcKLg=="},
    {"NumPy 1.26.4, protocol 1: arrays, truths as an array",
     "KF1xAChjbnVtcHkuY29yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApxAShjbnVtcHkKbmRhcnJheQpxAihLAHRx"
     "A2NfY29kZWNzCmVuY29kZQpxBChYAQAAAGJxBVgGAAAAbGF0aW4xcQZ0cQdScQh0cQlScQooSwEoSwd0cQtjbnVt"
     "cHkKZHR5cGUKcQwoWAIAAAB1MXENSTAwCkkwMQp0cQ5ScQ8oSwNYAQAAAHxxEE5OTkr/////Sv////9LAHRxEWJJ"
     "MDAKaAQoWAgAAABhw78KXCcAenESaAZ0cRNScRR0cRViaAEoaAIoSwB0cRZoCHRxF1JxGChLAShLAXRxGWgPSTAw"
     "CmgEKFgBAAAAY3EaaAZ0cRtScRx0cR1iaAEoaAIoSwB0cR5oCHRxH1JxIChLAShLAHRxIWgPSTAwCmNfX2J1aWx0"
     "aW5fXwpieXRlcwpxIilScSN0cSRiaAEoaAIoSwB0cSVoCHRxJlJxJyhLAShLAnRxKGgPSTAwCmgEKFgCAAAAYWJx"
     "KWgGdHEqUnErdHEsYmVoAShoAihLAHRxLWgIdHEuUnEvKEsBKEsCdHEwaAwoWAIAAABiMXExSTAwCkkwMQp0cTJS"
     "cTMoSwNoEE5OTkr/////Sv////9LAHRxNGJJMDAKaAQoWAIAAAABAHE1aAZ0cTZScTd0cThidHE5Lg=="},
    {"NumPy 1.26.4, protocol 2: arrays, truths as an array",
     "gAJdcQAoY251bXB5LmNvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQFjbnVtcHkKbmRhcnJheQpxAksAhXED"
     "Y19jb2RlY3MKZW5jb2RlCnEEWAEAAABicQVYBgAAAGxhdGluMXEGhnEHUnEIh3EJUnEKKEsBSweFcQtjbnVtcHkK"
     "ZHR5cGUKcQxYAgAAAHUxcQ2JiIdxDlJxDyhLA1gBAAAAfHEQTk5OSv////9K/////0sAdHERYoloBFgIAAAAYcO/"
     "ClwnAHpxEmgGhnETUnEUdHEVYmgBaAJLAIVxFmgIh3EXUnEYKEsBSwGFcRloD4loBFgBAAAAY3EaaAaGcRtScRx0"
     "cR1iaAFoAksAhXEeaAiHcR9ScSAoSwFLAIVxIWgPiWNfX2J1aWx0aW5fXwpieXRlcwpxIilScSN0cSRiaAFoAksA"
     "hXElaAiHcSZScScoSwFLAoVxKGgPiWgEWAIAAABhYnEpaAaGcSpScSt0cSxiZWgBaAJLAIVxLWgIh3EuUnEvKEsB"
     "SwKFcTBoDFgCAAAAYjFxMYmIh3EyUnEzKEsDaBBOTk5K/////0r/////SwB0cTRiiWgEWAIAAAABAHE1aAaGcTZS"
     "cTd0cThihnE5Lg=="},
    {"NumPy 1.26.4, protocol 3: arrays, truths as an array",
     "gANdcQAoY251bXB5LmNvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQFjbnVtcHkKbmRhcnJheQpxAksAhXED"
     "QwFicQSHcQVScQYoSwFLB4VxB2NudW1weQpkdHlwZQpxCFgCAAAAdTFxCYmIh3EKUnELKEsDWAEAAAB8cQxOTk5K"
     "/////0r/////SwB0cQ1iiUMHYf8KXCcAenEOdHEPYmgBaAJLAIVxEGgEh3ERUnESKEsBSwGFcRNoC4lDAWNxFHRx"
     "FWJoAWgCSwCFcRZoBIdxF1JxGChLAUsAhXEZaAuJQwBxGnRxG2JoAWgCSwCFcRxoBIdxHVJxHihLAUsChXEfaAuJ"
     "QwJhYnEgdHEhYmVoAWgCSwCFcSJoBIdxI1JxJChLAUsChXElaAhYAgAAAGIxcSaJiIdxJ1JxKChLA2gMTk5OSv//"
     "//9K/////0sAdHEpYolDAgEAcSp0cStihnEsLg=="},
    {"NumPy 1.26.4, protocol 4: arrays, truths as an array",
     "gASVNAEAAAAAAABdlCiMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAdu"
     "ZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsBSweFlGgEjAVkdHlwZZSTlIwCdTGUiYiHlFKUKEsDjAF8lE5OTkr/////"
     "Sv////9LAHSUYolDB2H/ClwnAHqUdJRiaANoBksAhZRoCIeUUpQoSwFLAYWUaBCJQwFjlHSUYmgDaAZLAIWUaAiH"
     "lFKUKEsBSwCFlGgQiUMAlHSUYmgDaAZLAIWUaAiHlFKUKEsBSwKFlGgQiUMCYWKUdJRiZWgDaAZLAIWUaAiHlFKU"
     "KEsBSwKFlGgNjAJiMZSJiIeUUpQoSwNoEU5OTkr/////Sv////9LAHSUYolDAgEAlHSUYoaULg=="},
    {"NumPy 1.26.4, protocol 5: arrays, truths as an array",
     "gAWVCwEAAAAAAABdlCiMEm51bXB5LmNvcmUubnVtZXJpY5SMC19mcm9tYnVmZmVylJOUKJYHAAAAAAAAAGH/Clwn"
     "AHqUjAVudW1weZSMBWR0eXBllJOUjAJ1MZSJiIeUUpQoSwOMAXyUTk5OSv////9K/////0sAdJRiSweFlIwBQ5R0"
     "lFKUaAMolgEAAAAAAAAAY5RoCksBhZRoDnSUUpRoAyiWAAAAAAAAAACUaApLAIWUaA50lFKUaAMolgIAAAAAAAAA"
     "YWKUaApLAoWUaA50lFKUZWgDKJYCAAAAAAAAAAEAlGgHjAJiMZSJiIeUUpQoSwNoC05OTkr/////Sv////9LAHSU"
     "YksChZRoDnSUUpSGlC4="},
    {"NumPy 1.26.4, protocol 4: columns, truths as int64",
     "gASVTAEAAAAAAABdlCiMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAdu"
     "ZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsBSwdLAYaUaASMBWR0eXBllJOUjAJ1MZSJiIeUUpQoSwOMAXyUTk5OSv//"
     "//9K/////0sAdJRiiUMHYf8KXCcAepR0lGJoA2gGSwCFlGgIh5RSlChLAUsBSwGGlGgQiUMBY5R0lGJoA2gGSwCF"
     "lGgIh5RSlChLAUsASwGGlGgQiUMAlHSUYmgDaAZLAIWUaAiHlFKUKEsBSwJLAYaUaBCJQwJhYpR0lGJlaANoBksA"
     "hZRoCIeUUpQoSwFLAoWUaA2MAmk4lImIh5RSlChLA4wBPJROTk5K/////0r/////SwB0lGKJQxABAAAAAAAAAAAA"
     "AAAAAAAAlHSUYoaULg=="},
    {"NumPy 1.26.4, protocol 0: an array of objects, truths big-endian",
     "KGNudW1weS5jb3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnAwCihjbnVtcHkKbmRhcnJheQpwMQooSTAKdHAy"
     "CmNfY29kZWNzCmVuY29kZQpwMwooVmIKcDQKVmxhdGluMQpwNQp0cDYKUnA3CnRwOApScDkKKEkxCihJNAp0cDEw"
     "CmNudW1weQpkdHlwZQpwMTEKKFZPOApwMTIKSTAwCkkwMQp0cDEzClJwMTQKKEkzClZ8CnAxNQpOTk5JLTEKSS0x"
     "Ckk2Mwp0cDE2CmJJMDAKKGxwMTcKZzMKKFZh/1x1MDAwYVx1MDA1YydcdTAwMDB6CnAxOApnNQp0cDE5ClJwMjAK"
     "YWczCihWYwpwMjEKZzUKdHAyMgpScDIzCmFjX19idWlsdGluX18KYnl0ZXMKcDI0Cih0UnAyNQphZzMKKFZhYgpw"
     "MjYKZzUKdHAyNwpScDI4CmF0cDI5CmJnMAooZzEKKEkwCnRwMzAKZzcKdHAzMQpScDMyCihJMQooSTIKdHAzMwpn"
     "MTEKKFZpMgpwMzQKSTAwCkkwMQp0cDM1ClJwMzYKKEkzClY+CnAzNwpOTk5JLTEKSS0xCkkwCnRwMzgKYkkwMApn"
     "MwooVlx1MDAwMAFcdTAwMDBcdTAwMDAKcDM5Cmc1CnRwNDAKUnA0MQp0cDQyCmJ0cDQzCi4="},
    {"NumPy 1.26.4, protocol 2: an array of objects, truths big-endian",
     "gAJjbnVtcHkuY29yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApxAGNudW1weQpuZGFycmF5CnEBSwCFcQJjX2Nv"
     "ZGVjcwplbmNvZGUKcQNYAQAAAGJxBFgGAAAAbGF0aW4xcQWGcQZScQeHcQhScQkoSwFLBIVxCmNudW1weQpkdHlw"
     "ZQpxC1gCAAAATzhxDImIh3ENUnEOKEsDWAEAAAB8cQ9OTk5K/////0r/////Sz90cRBiiV1xEShoA1gIAAAAYcO/"
     "ClwnAHpxEmgFhnETUnEUaANYAQAAAGNxFWgFhnEWUnEXY19fYnVpbHRpbl9fCmJ5dGVzCnEYKVJxGWgDWAIAAABh"
     "YnEaaAWGcRtScRxldHEdYmgAaAFLAIVxHmgHh3EfUnEgKEsBSwKFcSFoC1gCAAAAaTJxIomIh3EjUnEkKEsDWAEA"
     "AAA+cSVOTk5K/////0r/////SwB0cSZiiWgDWAQAAAAAAQAAcSdoBYZxKFJxKXRxKmKGcSsu"},
    {"NumPy 1.26.4, protocol 2: an array of fixed length, truths as a column",
     "gAJjbnVtcHkuY29yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApxAGNudW1weQpuZGFycmF5CnEBSwCFcQJjX2Nv"
     "ZGVjcwplbmNvZGUKcQNYAQAAAGJxBFgGAAAAbGF0aW4xcQWGcQZScQeHcQhScQkoSwFLBIVxCmNudW1weQpkdHlw"
     "ZQpxC1gCAAAAUzdxDImIh3ENUnEOKEsDWAEAAAB8cQ9OTk5LB0sBSwB0cRBiiWgDWB0AAABhw78KXCcAemMAAAAA"
     "AAAAAAAAAAAAYWIAAAAAAHERaAWGcRJScRN0cRRiaABoAUsAhXEVaAeHcRZScRcoSwFLAksBhnEYaAtYAgAAAGIx"
     "cRmJiIdxGlJxGyhLA2gPTk5OSv////9K/////0sAdHEcYoloA1gCAAAAAQBxHWgFhnEeUnEfdHEgYoZxIS4="},
    {"NumPy 1.26.4, protocol 2: bytearrays, int32 scalars",
     "gAJdcQAoY19fYnVpbHRpbl9fCmJ5dGVhcnJheQpxAWNfY29kZWNzCmVuY29kZQpxAlgIAAAAYcO/ClwnAHpxA1gG"
     "AAAAbGF0aW4xcQSGcQVScQaFcQdScQhoAWgCWAEAAABjcQloBIZxClJxC4VxDFJxDWgBKVJxDmgBaAJYAgAAAGFi"
     "cQ9oBIZxEFJxEYVxElJxE2VdcRQoY251bXB5LmNvcmUubXVsdGlhcnJheQpzY2FsYXIKcRVjbnVtcHkKZHR5cGUK"
     "cRZYAgAAAGk0cReJiIdxGFJxGShLA1gBAAAAPHEaTk5OSv////9K/////0sAdHEbYmgCWAQAAAABAAAAcRxoBIZx"
     "HVJxHoZxH1JxIGgVaBloAlgEAAAAAAAAAHEhaASGcSJScSOGcSRScSVlhnEmLg=="},
    {"NumPy 1.26.4, protocol 4: bytearrays, int32 scalars",
     "gASVvwAAAAAAAABdlCiMCGJ1aWx0aW5zlIwJYnl0ZWFycmF5lJOUQwdh/wpcJwB6lIWUUpRoA0MBY5SFlFKUaAMp"
     "UpRoA0MCYWKUhZRSlGVdlCiMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMBnNjYWxhcpSTlIwFbnVtcHmUjAVkdHlw"
     "ZZSTlIwCaTSUiYiHlFKUKEsDjAE8lE5OTkr/////Sv////9LAHSUYkMEAQAAAJSGlFKUaBFoF0MEAAAAAJSGlFKU"
     "ZYaULg=="},
    {"NumPy 1.26.4, protocol 0: read-only arrays, Python truths",
     "KChscDAKY251bXB5LmNvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcDEKKGNudW1weQpuZGFycmF5CnAyCihJ"
     "MAp0cDMKY19jb2RlY3MKZW5jb2RlCnA0CihWYgpwNQpWbGF0aW4xCnA2CnRwNwpScDgKdHA5ClJwMTAKKEkxCihJ"
     "Nwp0cDExCmNudW1weQpkdHlwZQpwMTIKKFZ1MQpwMTMKSTAwCkkwMQp0cDE0ClJwMTUKKEkzClZ8CnAxNgpOTk5J"
     "LTEKSS0xCkkwCnRwMTcKYkkwMApnNAooVmH/XHUwMDBhXHUwMDVjJ1x1MDAwMHoKcDE4Cmc2CnRwMTkKUnAyMAp0"
     "cDIxCmJhZzEKKGcyCihJMAp0cDIyCmc4CnRwMjMKUnAyNAooSTEKKEkxCnRwMjUKZzE1CkkwMApnNAooVmMKcDI2"
     "Cmc2CnRwMjcKUnAyOAp0cDI5CmJhZzEKKGcyCihJMAp0cDMwCmc4CnRwMzEKUnAzMgooSTEKKEkwCnRwMzMKZzE1"
     "CkkwMApjX19idWlsdGluX18KYnl0ZXMKcDM0Cih0UnAzNQp0cDM2CmJhZzEKKGcyCihJMAp0cDM3Cmc4CnRwMzgK"
     "UnAzOQooSTEKKEkyCnRwNDAKZzE1CkkwMApnNAooVmFiCnA0MQpnNgp0cDQyClJwNDMKdHA0NApiYShscDQ1Ckkw"
     "MQphSTAwCmF0cDQ2Ci4="},
    {"NumPy 2.4.6, protocol 2: byte strings, truths as scalars",
     "gAJdcQAoY19jb2RlY3MKZW5jb2RlCnEBWAgAAABhw78KXCcAenECWAYAAABsYXRpbjFxA4ZxBFJxBWgBWAEAAABj"
     "cQZoA4ZxB1JxCGNfX2J1aWx0aW5fXwpieXRlcwpxCSlScQpoAVgCAAAAYWJxC2gDhnEMUnENZV1xDihjbnVtcHku"
     "X2NvcmUubXVsdGlhcnJheQpzY2FsYXIKcQ9jbnVtcHkKZHR5cGUKcRBYAgAAAGIxcRGJiIdxElJxEyhLA1gBAAAA"
     "fHEUTk5OSv////9K/////0sAdHEVYmgBWAEAAAABcRZoA4ZxF1JxGIZxGVJxGmgPaBNoAVgBAAAAAHEbaAOGcRxS"
     "cR2GcR5ScR9lhnEgLg=="},
    {"NumPy 2.4.6, protocol 4: byte strings, truths as scalars",
     "gASVjwAAAAAAAABdlChDB2H/ClwnAHqUQwFjlEMAlEMCYWKUZV2UKIwWbnVtcHkuX2NvcmUubXVsdGlhcnJheZSM"
     "BnNjYWxhcpSTlIwFbnVtcHmUjAVkdHlwZZSTlIwCYjGUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LAHSUYkMB"
     "AZSGlFKUaAhoDkMBAJSGlFKUZYaULg=="},
    {"NumPy 2.4.6, protocol 0: arrays, truths as an array",
     "KChscDAKY251bXB5Ll9jb3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnAxCihjbnVtcHkKbmRhcnJheQpwMgoo"
     "STAKdHAzCmNfY29kZWNzCmVuY29kZQpwNAooVmIKcDUKVmxhdGluMQpwNgp0cDcKUnA4CnRwOQpScDEwCihJMQoo"
     "STcKdHAxMQpjbnVtcHkKZHR5cGUKcDEyCihWdTEKcDEzCkkwMApJMDEKdHAxNApScDE1CihJMwpWfApwMTYKTk5O"
     "SS0xCkktMQpJMAp0cDE3CmJJMDAKZzQKKFZh/1x1MDAwYVx1MDA1YydcdTAwMDB6CnAxOApnNgp0cDE5ClJwMjAK"
     "dHAyMQpiYWcxCihnMgooSTAKdHAyMgpnOAp0cDIzClJwMjQKKEkxCihJMQp0cDI1CmcxNQpJMDAKZzQKKFZjCnAy"
     "NgpnNgp0cDI3ClJwMjgKdHAyOQpiYWcxCihnMgooSTAKdHAzMApnOAp0cDMxClJwMzIKKEkxCihJMAp0cDMzCmcx"
     "NQpJMDAKY19fYnVpbHRpbl9fCmJ5dGVzCnAzNAoodFJwMzUKdHAzNgpiYWcxCihnMgooSTAKdHAzNwpnOAp0cDM4"
     "ClJwMzkKKEkxCihJMgp0cDQwCmcxNQpJMDAKZzQKKFZhYgpwNDEKZzYKdHA0MgpScDQzCnRwNDQKYmFnMQooZzIK"
     "KEkwCnRwNDUKZzgKdHA0NgpScDQ3CihJMQooSTIKdHA0OApnMTIKKFZiMQpwNDkKSTAwCkkwMQp0cDUwClJwNTEK"
     "KEkzCmcxNgpOTk5JLTEKSS0xCkkwCnRwNTIKYkkwMApnNAooVgFcdTAwMDAKcDUzCmc2CnRwNTQKUnA1NQp0cDU2"
     "CmJ0cDU3Ci4="},
    {"NumPy 2.4.6, protocol 3: arrays, truths as an array",
     "gANdcQAoY251bXB5Ll9jb3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnEBY251bXB5Cm5kYXJyYXkKcQJLAIVx"
     "A0MBYnEEh3EFUnEGKEsBSweFcQdjbnVtcHkKZHR5cGUKcQhYAgAAAHUxcQmJiIdxClJxCyhLA1gBAAAAfHEMTk5O"
     "Sv////9K/////0sAdHENYolDB2H/ClwnAHpxDnRxD2JoAWgCSwCFcRBoBIdxEVJxEihLAUsBhXETaAuJQwFjcRR0"
     "cRViaAFoAksAhXEWaASHcRdScRgoSwFLAIVxGWgLiUMAcRp0cRtiaAFoAksAhXEcaASHcR1ScR4oSwFLAoVxH2gL"
     "iUMCYWJxIHRxIWJlaAFoAksAhXEiaASHcSNScSQoSwFLAoVxJWgIWAIAAABiMXEmiYiHcSdScSgoSwNoDE5OTkr/"
     "////Sv////9LAHRxKWKJQwIBAHEqdHErYoZxLC4="},
    {"NumPy 2.4.6, protocol 5: arrays, truths as an array",
     "gAWVDAEAAAAAAABdlCiME251bXB5Ll9jb3JlLm51bWVyaWOUjAtfZnJvbWJ1ZmZlcpSTlCiWBwAAAAAAAABh/wpc"
     "JwB6lIwFbnVtcHmUjAVkdHlwZZSTlIwCdTGUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LAHSUYksHhZSMAUOU"
     "dJRSlGgDKJYBAAAAAAAAAGOUaApLAYWUaA50lFKUaAMolgAAAAAAAAAAlGgKSwCFlGgOdJRSlGgDKJYCAAAAAAAA"
     "AGFilGgKSwKFlGgOdJRSlGVoAyiWAgAAAAAAAAABAJRoB4wCYjGUiYiHlFKUKEsDaAtOTk5K/////0r/////SwB0"
     "lGJLAoWUaA50lFKUhpQu"},
    {"NumPy 2.4.6, protocol 5: read-only arrays, Python truths",
     "gAWVuQAAAAAAAABdlCiME251bXB5Ll9jb3JlLm51bWVyaWOUjAtfZnJvbWJ1ZmZlcpSTlChDB2H/ClwnAHqUjAVu"
     "dW1weZSMBWR0eXBllJOUjAJ1MZSJiIeUUpQoSwOMAXyUTk5OSv////9K/////0sAdJRiSweFlIwBQ5R0lFKUaAMo"
     "QwFjlGgKSwGFlGgOdJRSlGgDKEMAlGgKSwCFlGgOdJRSlGgDKEMCYWKUaApLAoWUaA50lFKUZV2UKIiJZYaULg=="},
};

}  // namespace facet

#endif  // FACET_PLUGINS_DATASETS_PICKLE_NUMPY_PICKLES_TESTING_H_
