"use strict";

/** Stands for CDKTF's module of the same name, which is asked once for each token. */
exports.captureStackTrace = () => [];
