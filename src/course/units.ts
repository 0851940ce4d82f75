/* The steps of the course: eleven phases, eighty units and three capstones, with what each of them needs. Ids are stable
   for ever: progress, links and patches hang on them. Capstones are numbered on (81 to 83) and labelled C1 to C3, so
   "needs only lower numbers" holds for all. Whether a step is written is not said here: a page derives that from the
   notebooks that are present. */

export interface Phase {
  readonly number: number;
  readonly title: string;
  readonly description: string;
  /** Hours of a whole phase, about; absent where nobody can say. */
  readonly hours?: number;
}

export interface Unit {
  /** 1 to 80; capstones 81 to 83. */
  readonly number: number;
  /** What readers see: the number, `C1` for a capstone. */
  readonly label: string;
  /** Front matter id, and its address `/n/ID/`. */
  readonly id: string;
  readonly title: string;
  /** Number of its phase. */
  readonly phase: number;
  /** Numbers of the units a learner should have reached before, ascending but for capstones. */
  readonly needs: readonly number[];
  /** Its subjects, in a line. */
  readonly topics: string;
}

export const phases: readonly Phase[] = [
  {
    number: 1,
    title: 'Foundations',
    description: 'Build mathematical intuition, classical ML mastery, Git proficiency, and ethical foundations',
    hours: 56,
  },
  {
    number: 2,
    title: 'Deep Learning',
    description: 'Neural networks from first principles, plus reinforcement learning foundations',
    hours: 41,
  },
  {
    number: 3,
    title: 'Full-Stack Engineering',
    description: 'Build the skills to ship complete products with testing and quality practices',
    hours: 32,
  },
  { number: 4, title: 'Sequence Models & NLP', description: 'Historical context for understanding transformers', hours: 22 },
  { number: 5, title: 'Transformers & LLMs', description: 'The architecture powering modern AI, plus generative models', hours: 50 },
  { number: 6, title: 'Product Engineering', description: 'Learn to build products people want, responsibly', hours: 20 },
  { number: 7, title: 'System Design', description: 'Architecture patterns for scalable systems', hours: 40 },
  { number: 8, title: 'AI Applications', description: 'Build real AI-powered products', hours: 32 },
  { number: 9, title: 'Production & Scale', description: 'Ship and operate AI systems at scale, responsibly', hours: 36 },
  { number: 10, title: 'Growth & Business', description: 'Turn products into businesses', hours: 20 },
  { number: 11, title: 'Capstone Products', description: 'Ship real products end-to-end' },
];

const unit = (number: number, id: string, title: string, phase: number, needs: readonly number[], topics: string): Unit => ({
  number,
  label: number > 80 ? `C${number - 80}` : `${number}`,
  id,
  title,
  phase,
  needs,
  topics,
});

export const units: readonly Unit[] = [
  unit(1, 'linear-algebra-vectors', 'Linear Algebra & Vectors', 1, [], 'Vector operations, linear combinations, matrix transformations'),
  unit(2, 'matrices-determinants', 'Matrix Theory & Determinants', 1, [1], 'Determinants, inverses, linear systems, LU decomposition'),
  unit(3, 'eigen-pca', 'Vector Spaces & Eigenvalues', 1, [1, 2], 'Subspaces, basis, eigendecomposition, PCA foundations'),
  unit(4, 'calculus-ml', 'Calculus for ML', 1, [1], 'Derivatives, gradients, chain rule'),
  unit(5, 'multivariable', 'Multivariable Calculus', 1, [2, 4], 'Partial derivatives, gradients, Jacobians, Hessians'),
  unit(6, 'probability', 'Probability Foundations', 1, [1, 4], "Distributions, Bayes' theorem, conditional probability"),
  unit(7, 'statistics-ml', 'Statistics for ML', 1, [2, 6], 'MLE, hypothesis testing, confidence intervals'),
  unit(8, 'python-data-science', 'Python for Data Science', 1, [1, 7], 'NumPy, Pandas, Matplotlib, Scikit-learn'),
  unit(
    9,
    'classical-ml',
    'Classical ML Algorithms',
    1,
    [3, 5, 6, 7],
    'Linear/Logistic Regression, Decision Trees, SVMs, K-means, PCA from scratch',
  ),
  unit(10, 'data-structures-algorithms', 'Data Structures & Algorithms', 1, [1], 'Essential DSA for ML implementation'),
  unit(11, 'complexity', 'Computational Complexity', 1, [10], 'P vs NP, algorithm analysis, intractability'),
  unit(12, 'ai-ethics', 'AI & ML Ethics', 1, [6, 7, 9], 'Bias, fairness, data ethics, transparency, case studies'),
  unit(13, 'git-fundamentals', 'Git Fundamentals', 1, [], 'Core commands, branching basics, mental model, remotes'),
  unit(14, 'nn-fundamentals', 'Neural Network Fundamentals', 2, [1, 2, 4, 9], 'Perceptrons, activations, forward propagation'),
  unit(15, 'backprop', 'Backpropagation Deep Dive', 2, [4, 5, 14], 'Chain rule, backprop derivation, computational graphs'),
  unit(16, 'nn-library', 'Building a Neural Network Library', 2, [10, 15], 'Autograd, layer abstractions, loss functions'),
  unit(17, 'training-deep-nets', 'Training Deep Networks', 2, [16], 'Initialization, batch norm, dropout, LR schedules'),
  unit(18, 'cnn', 'Convolutional Neural Networks', 2, [16, 17], 'Convolution from scratch, pooling, CNN architectures'),
  unit(19, 'optimization', 'Advanced Optimization', 2, [5, 16, 17], 'Adam, RMSprop, gradient clipping, debugging'),
  unit(20, 'pytorch', 'PyTorch Mastery', 2, [8, 16, 17, 18, 19], 'Tensors, autograd, modules, data loading'),
  unit(21, 'rl-foundations', 'RL Foundations', 2, [6, 16, 19], 'MDPs, Q-learning, SARSA, DQN, Policy Gradients, RLHF connection'),
  unit(22, 'modern-js-ts', 'Modern JavaScript & TypeScript', 3, [10], 'ES6+, TypeScript, async programming'),
  unit(23, 'react', 'React Fundamentals', 3, [22], 'Components, hooks, state management'),
  unit(24, 'next-web', 'Next.js & Modern Web', 3, [22, 23], 'SSR, API routes, Tailwind CSS'),
  unit(25, 'backend', 'Backend Development', 3, [8, 22, 24], 'Node.js, FastAPI, REST APIs, authentication'),
  unit(26, 'databases', 'Databases', 3, [8, 10, 25], 'PostgreSQL, Redis, ORMs, data modeling'),
  unit(27, 'devops', 'Infrastructure & DevOps', 3, [13, 25, 26], 'Docker, CI/CD, cloud deployment'),
  unit(28, 'advanced-git', 'Advanced Git', 3, [13, 27], 'Rebasing, workflows, hooks, PRs, collaboration'),
  unit(
    29,
    'testing',
    'Testing & Quality',
    3,
    [7, 17, 22, 23, 24, 25, 26, 27, 28],
    'pytest, Jest, TDD, mocking, integration tests, ML testing, CI/CD',
  ),
  unit(30, 'text-embeddings', 'Text Processing & Embeddings', 4, [6, 9, 16], 'Tokenization, TF-IDF, Word2Vec from scratch'),
  unit(31, 'rnn', 'Recurrent Neural Networks', 4, [15, 16, 17, 30], 'RNN architecture, BPTT, vanishing gradients'),
  unit(32, 'lstm-gru', 'LSTM & GRU', 4, [31], 'Gates, implementation from scratch'),
  unit(33, 'seq2seq', 'Sequence-to-Sequence Models', 4, [32], 'Encoder-decoder, teacher forcing, beam search'),
  unit(34, 'attention', 'Attention Mechanisms', 4, [33], 'Bahdanau/Luong attention, bridge to transformers'),
  unit(
    35,
    'transformer-architecture',
    'Transformer Architecture',
    5,
    [17, 34],
    'Self-attention, multi-head attention, positional encoding',
  ),
  unit(36, 'full-transformer', 'Full Transformer Implementation', 5, [30, 35], 'Decoder, masked attention, complete transformer'),
  unit(37, 'pretraining', 'Pre-training & Transfer Learning', 5, [36], 'MLM, CLM, pre-training concepts'),
  unit(38, 'bert', 'BERT Deep Dive', 5, [37], 'Architecture, fine-tuning, HuggingFace'),
  unit(39, 'gpt-sampling', 'GPT & Decoder Models', 5, [36], 'Autoregressive generation, sampling strategies'),
  unit(40, 'modern-llm', 'Modern LLM Concepts', 5, [21, 37, 39], 'Scaling laws, instruction tuning, RLHF'),
  unit(41, 'efficient-llm', 'Efficient LLMs', 5, [36, 39], 'Quantization, LoRA, KV caching'),
  unit(42, 'llm-eval', 'LLM Evaluation', 5, [7, 39], 'Benchmarks, human eval, safety'),
  unit(43, 'generative', 'Generative AI', 5, [6, 18, 35], 'VAEs, GANs, Diffusion Models, Stable Diffusion, image generation'),
  unit(44, 'user-research', 'User Research & Discovery', 6, [6, 7, 12], 'Customer interviews, JTBD, problem validation'),
  unit(45, 'product-strategy', 'Product Strategy', 6, [7, 44], 'PMF frameworks, MVP scoping, prioritization'),
  unit(46, 'ux-design', 'UX & Design Fundamentals', 6, [23, 44], 'Design thinking, wireframing, UI/UX principles'),
  unit(47, 'business-models', 'Business Models for AI', 6, [9, 41, 44, 45], 'SaaS economics, pricing, unit economics'),
  unit(
    48,
    'product-ethics',
    'Product & Business Ethics',
    6,
    [12, 26, 46, 47],
    'Dark patterns, privacy by design, regulatory compliance, ethical monetization',
  ),
  unit(
    49,
    'distributed-systems',
    'Distributed Systems Fundamentals',
    7,
    [6, 10, 22],
    'CAP theorem, consistency models, consensus protocols',
  ),
  unit(50, 'networking', 'Networking Fundamentals', 7, [10, 25, 49], 'TCP/IP, DNS, HTTP/2, gRPC, load balancing, CDNs'),
  unit(51, 'swe-system-design', 'SWE System Design', 7, [25, 49, 50], 'Caching, rate limiting, microservices, message queues'),
  unit(52, 'database-design', 'Database Design', 7, [10, 26, 49], 'Normalization, indexing, sharding, SQL vs NoSQL'),
  unit(53, 'data-engineering', 'Data Engineering & Pipelines', 7, [8, 26, 52], 'ETL/ELT, batch vs streaming, data warehouses/lakes'),
  unit(54, 'ml-system-design', 'ML System Design', 7, [7, 9, 16, 51, 53], 'Feature stores, model serving, A/B testing, experimentation'),
  unit(55, 'search-systems', 'Search Systems', 7, [3, 10, 30, 42, 52], 'Inverted indexes, BM25, semantic search, vector DBs'),
  unit(56, 'real-time-event-driven', 'Real-Time & Event-Driven Systems', 7, [49, 51, 53], 'Event sourcing, CQRS, stream processing'),
  unit(
    57,
    'capacity-reliability',
    'Capacity Planning & Reliability',
    7,
    [6, 7, 11, 50, 51],
    'Back-of-envelope, SLOs/SLIs/SLAs, disaster recovery',
  ),
  unit(
    58,
    'design-case-studies',
    'Design Case Studies',
    7,
    [49, 50, 51, 52, 53, 54, 55, 56, 57],
    'URL shortener, rate limiter, news feed, ride-sharing',
  ),
  unit(59, 'prompt-engineering', 'Prompt Engineering Mastery', 8, [36, 39, 42], 'Patterns, few-shot, chain-of-thought'),
  unit(60, 'vector-search', 'Embeddings & Vector Search', 8, [3, 10, 26, 30, 38, 55], 'Embedding models, vector DBs, similarity search'),
  unit(61, 'rag', 'RAG Systems', 8, [26, 30, 55, 59, 60], 'Architecture, chunking, retrieval optimization'),
  unit(62, 'advanced-rag', 'Advanced RAG', 8, [42, 61], 'Query transformation, re-ranking, evaluation'),
  unit(63, 'agents', 'AI Agents Fundamentals', 8, [10, 21, 59, 62], 'ReAct, planning, memory systems'),
  unit(64, 'tool-use', 'Tool Use & Function Calling', 8, [25, 26, 39, 59, 60, 63], 'Function calling APIs, tool design'),
  unit(65, 'multi-agent', 'Multi-Agent Systems', 8, [6, 49, 51, 63, 64], 'Communication, orchestration, team architectures'),
  unit(
    66,
    'ai-app-patterns',
    'AI Application Patterns',
    8,
    [25, 26, 51, 59, 60, 64],
    'Structured output, streaming, caching, cost management',
  ),
  unit(67, 'mlops-fundamentals', 'MLOps Fundamentals', 9, [13, 17, 29, 42, 54], 'Model versioning, experiment tracking'),
  unit(68, 'model-deployment', 'Model Deployment', 9, [25, 36, 41, 54, 67], 'Serving patterns, batch vs real-time'),
  unit(69, 'llm-operations', 'LLM Operations', 9, [50, 51, 57, 66, 68], 'Gateway patterns, rate limiting, fallbacks'),
  unit(70, 'observability', 'Monitoring & Observability', 9, [7, 54, 57, 68, 69], 'Logging, metrics, alerting, tracing'),
  unit(71, 'performance', 'Performance Optimization', 9, [11, 39, 41, 66, 68, 70], 'Latency, caching, cost optimization'),
  unit(72, 'scaling', 'Scaling Infrastructure', 9, [6, 51, 57, 68, 70], 'Horizontal scaling, queues, serverless'),
  unit(73, 'security-compliance', 'Security & Compliance', 9, [12, 25, 42, 48, 64, 69], 'Prompt injection, privacy, abuse prevention'),
  unit(
    74,
    'responsible-production',
    'Responsible AI in Production',
    9,
    [12, 42, 48, 54, 70, 73],
    'Bias monitoring, harm prevention, incident response, human oversight',
  ),
  unit(75, 'git-at-scale', 'Git at Scale', 9, [13, 28, 29, 67, 73], 'Monorepos, release automation, CI/CD, security, ML workflows'),
  unit(76, 'launch-strategy', 'Launch Strategy', 10, [45, 46, 47, 48, 57, 72], 'Pre-launch, launch channels, playbook'),
  unit(77, 'payments', 'Payments & Monetization', 10, [25, 26, 29, 47, 51, 56, 73], 'Stripe, subscriptions, usage-based billing'),
  unit(78, 'analytics-iteration', 'Analytics & Iteration', 10, [7, 26, 45, 54], 'Product analytics, A/B testing, data-driven decisions'),
  unit(79, 'growth', 'Growth & Distribution', 10, [10, 47, 55, 78], 'Content, SEO, community, referrals'),
  unit(80, 'operations', 'Operations & Sustainability', 10, [51, 57, 70, 76, 77], 'Support, documentation, sustainable operation'),
  unit(
    81,
    'capstone-tool',
    'AI-Native Tool',
    11,
    [36, 44, 45, 46, 47, 48, 60, 64, 66, 67, 68, 69, 70, 73, 76, 77, 78, 79, 80],
    'Focused tool solving specific problem, full CREATE → BUILD → SCALE cycle',
  ),
  unit(
    82,
    'capstone-complex',
    'Complex AI Application',
    11,
    [81, 61, 62, 63, 64, 65, 66, 69, 70, 71, 72, 73, 74, 75],
    'Higher technical complexity (multi-agent, advanced RAG), production quality',
  ),
  unit(83, 'capstone-vision', 'Your Vision', 11, [81], 'Full autonomy, apply everything learned, build YOUR product'),
];

const byId = new Map(units.map((u) => [u.id, u]));

/** The unit with this id, undefined for a notebook that is no step of the course. */
export const unitById = (id: string): Unit | undefined => byId.get(id);

/** The unit with this number (81 to 83: capstones). */
export const unitByNumber = (number: number): Unit | undefined => units[number - 1];

/** The units that name `number` among their needs, in order. */
export const neededBy = (number: number): readonly Unit[] => units.filter((u) => u.needs.includes(number));
